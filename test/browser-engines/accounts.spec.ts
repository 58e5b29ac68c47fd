import { chooseOption, connected, expect, logIn, logOut, openChat, send, test } from './fixtures.js'
import {
  button,
  click,
  composer,
  expectRead,
  field,
  fill,
  focusOf,
  heading,
  link,
  message,
  readDraft,
  see,
  seeNone,
  text,
} from './targets.js'

test('two people register, find each other, chat, end it and log out', async ({ open, person }) => {
  const ben = await person('Ben')
  const [page, other] = [await (await open()).tab(), await (await open()).tab()]
  await page.open('/')
  await click(page, link('Create an account'))
  const name = `Stranger-${Date.now()}`
  await fill(page, field('Username'), name)
  await fill(page, field('Email'), `${name}@example.com`)
  await fill(page, field('Password'), 'long enough 1')
  await click(page, button('Show password'))
  await expectRead(page, () => document.querySelector('[name=password]')?.getAttribute('type'), 'text', 'it is shown')
  await click(page, button('Create account'))
  await see(page, heading('Chats'))
  await fill(page, field('Find people'), ben.name)
  // Firefox writes an error on the console where a page is left during a search.
  const isFound = (name: string) =>
    performance.getEntriesByType('resource').some(({ name: url }) => new URL(url).searchParams.get('q') === name)
  await expect.poll(() => page.read(isFound, ben.name), 'the search is over').toBe(true)
  await click(page, button(`Chat with ${ben.name}`))
  await see(page, heading(`Chat with ${ben.name}`))
  await connected(page)

  await logIn(other, ben)
  await seeNone(other, link(name))
  await send(page, 'Hello Ben')
  await see(other, { css: 'a[href]', begins: name, holds: '1 unread' })
  await openChat(other, name)
  await see(other, message('Hello Ben'))
  await fill(other, composer, 'Hello Stranger')
  await click(other, button('Send'))
  await see(page, message('Hello Stranger'))
  await expectRead(other, readDraft, '', 'it is empty')
  expect(await focusOf(other)).toBe('content')
  await see(page, { css: '#list article[data-status=seen]', holds: 'Hello Ben' })

  await chooseOption(page, 'End chat')
  await see(page, { css: 'dialog h2', name: 'End this chat?' })
  await click(page, button('End for both'))
  await see(page, heading('Chats'))
  await see(other, text(`${name} ended this chat`))
  await seeNone(other, { css: '#list article' })
  await logOut(page)
})

test('what is wrong with a form is said, linked and has the focus', async ({ open, person, tolerate }) => {
  tolerate(/422/)
  const ann = await person('Ann')
  const tab = await (await open()).tab()
  await tab.open('/login')
  await fill(tab, field('Email'), ann.email)
  await fill(tab, field('Password'), 'not the password')
  await click(tab, button('Log in'))
  await see(tab, { css: '#errors', holds: 'Wrong email or password' })
  await expectRead(tab, () => document.activeElement?.id, 'errors-title', 'the focus is on the errors')
  expect(await tab.read(() => document.title)).toMatch(/^Error: Log in/)
  expect(await tab.read(() => document.querySelector<HTMLInputElement>('[name=email]')?.value)).toBe(ann.email)
  await click(tab, { css: '#errors a' })
  await expectRead(tab, () => document.activeElement?.id, 'email', 'the link leads to the field')
  await fill(tab, field('Password'), ann.password)
  await tab.press('Enter')
  await see(tab, heading('Chats'))
})
