import { chooseOption, connected, expect, logIn, logOut, send, test } from './fixtures.js'
import { click, composer, expectRead, fill, focusOf, heading, message, readDraft, see, seeNone } from './targets.js'

test('ticks go from Sent to Delivered, in the list of chats, to Seen, in the chat', async ({ meet }) => {
  const { ann, ben, path } = await meet()
  await ben.tab.open('/settings')
  await logOut(ben.tab)
  await send(ann.tab, 'when do you see this?')
  const mine = (status: string) => ({ css: `#list article[data-status=${status}]`, holds: 'when do you see this?' })
  await see(ann.tab, mine('sent'))
  await logIn(ben.tab, ben)
  await see(ann.tab, mine('delivered'))
  await ben.tab.open(path)
  await see(ann.tab, { ...mine('seen'), holds: 'Seen' })
})

test('typing is shown to the other, and goes by itself', async ({ meet }) => {
  const { ann, ben } = await meet()
  await fill(ann.tab, composer, 'some words')
  await see(ben.tab, { css: '#typing', holds: `${ann.name} is typing` })
  await seeNone(ben.tab, { css: '#typing', holds: 'is typing' })
  await fill(ann.tab, composer, 'sent')
  await see(ben.tab, { css: '#typing', holds: 'is typing' })
  await ann.tab.press('Enter')
  await see(ben.tab, message('sent'))
  await seeNone(ben.tab, { css: '#typing', holds: 'is typing' })
})

test('who leaves is shown as offline, and who is back as online', async ({ meet }) => {
  const { ann, ben, path } = await meet()
  await ben.tab.open('/login')
  await logOut(ben.tab)
  await see(ann.tab, { css: '#presence', holds: 'Last seen' })
  await logIn(ben.tab, ben)
  await ben.tab.open(path)
  await see(ann.tab, { css: '#presence', holds: 'Online' })
})

test('a draft is there again after a reload, and on the way back to its chat', async ({ meet }) => {
  const { ann, path } = await meet()
  await fill(ann.tab, composer, 'half a thought')
  const isKept = () => sessionStorage.getItem('sealed') !== null
  await expectRead(ann.tab, isKept, true, 'the draft is kept')
  await ann.tab.reload()
  await expectRead(ann.tab, readDraft, 'half a thought', 'the draft is back')
  await ann.tab.open('/chats')
  await see(ann.tab, { css: '.chat-item', holds: 'Draft: half a thought' })
  await ann.tab.open(path)
  await expectRead(ann.tab, readDraft, 'half a thought', 'the draft is back')
  await connected(ann.tab)
  await click(ann.tab, composer)
  await ann.tab.press('Enter')
  await see(ann.tab, message('half a thought'))
  await expectRead(ann.tab, isKept, false, 'nothing is kept')
})

test('two tabs of one person show the same, and log out together', async ({ meet, tolerate }) => {
  // What was typed just now is told to nobody any more.
  tolerate(/Connection not open/)
  const { ann, ben, path } = await meet()
  const second = await ann.browser.tab()
  await second.open(path)
  await connected(second)
  await send(second, 'from the second tab')
  await send(ben.tab, 'to both tabs')
  for (const tab of [ann.tab, second, ben.tab]) {
    await see(tab, message('from the second tab'), 1)
    await see(tab, message('to both tabs'), 1)
  }
  await fill(second, composer, 'never sent')
  await logOut(ann.tab)
  await see(second, heading('Log in'))
  expect(await second.read(() => sessionStorage.getItem('sealed'))).toBeNull()
})

test('keys go through the messages, and Escape goes back to the composer', async ({ meet }) => {
  const { ann, ben } = await meet()
  for (const words of ['one', 'two', 'three']) await send(ben.tab, words)
  await see(ann.tab, message('three'))
  const read = () => document.activeElement?.querySelector('.text')?.textContent
  await click(ann.tab, composer)
  await ann.tab.press('Shift+Tab')
  while (!(await ann.tab.read(() => Boolean(document.activeElement?.closest('#messages')))))
    await ann.tab.press('Shift+Tab')
  await ann.tab.press('End')
  await expectRead(ann.tab, read, 'three', 'the last has the focus')
  await ann.tab.press('ArrowUp')
  await expectRead(ann.tab, read, 'two', 'the one before has the focus')
  await ann.tab.press('Home')
  await expectRead(ann.tab, read, 'one', 'the first has the focus')
  await ann.tab.press('Escape')
  await expectRead(ann.tab, () => document.activeElement?.id, 'content', 'the composer has the focus')
})

test('the dialog that asks before a chat ends can be left by Escape and by its button', async ({ meet }) => {
  const { ann, ben } = await meet()
  await send(ann.tab, 'stays')
  const dialog = { css: 'dialog h2', name: 'End this chat?' }
  await chooseOption(ann.tab, 'End chat')
  await see(ann.tab, dialog)
  await ann.tab.press('Escape')
  await seeNone(ann.tab, dialog)
  expect(await focusOf(ann.tab)).toBe('Chat options')
  await chooseOption(ann.tab, 'End chat')
  await click(ann.tab, { css: 'dialog button', name: 'Keep the chat' })
  await seeNone(ann.tab, dialog)
  await see(ben.tab, message('stays'))
})
