import { connected, expect, logIn, send, test } from './fixtures.js'
import type { Tab } from './tab.js'
import {
  button,
  click,
  composer,
  expectRead,
  fill,
  heading,
  link,
  message,
  readDraft,
  see,
  seeNone,
  text,
  textsOf,
} from './targets.js'

const banner = { css: '#connection' }

/** Notes in the tab, over all its pages, whatever a page says of its connection. */
const noteBanner = (tab: Tab) =>
  tab.read(() => {
    const place = document.querySelector('#connection')
    if (!place) throw new Error('The page has no connection')
    new MutationObserver(() => {
      const said = sessionStorage.getItem('said') ?? ''
      sessionStorage.setItem('said', `${said}${place.textContent} `)
    }).observe(place, { childList: true, subtree: true })
  })
const noted = (tab: Tab) => tab.read(() => sessionStorage.getItem('said'))

const waysOut: readonly { readonly name: string; readonly leave: (tab: Tab) => Promise<void>; readonly to: string }[] =
  [
    { name: 'a link', leave: tab => click(tab, link('Chats')), to: 'Chats' },
    { name: 'log-out', leave: tab => click(tab, button('Log out')), to: 'Log in' },
    { name: 'an address', leave: tab => tab.open('/people'), to: 'Chats' },
  ]
for (const { name, leave, to } of waysOut) {
  test(`whoever leaves a chat by ${name} is not told that its connection is lost`, async ({ meet, faults }) => {
    const { ann } = await meet({ base: faults.url })
    await noteBanner(ann.tab)
    // The page is left while it is still shown.
    faults.delayMs = 1000
    await leave(ann.tab)
    await see(ann.tab, heading(to))
    expect(await noted(ann.tab)).toBeNull()
  })
}

test('a way out that is stopped costs nothing that anybody could notice', async ({ meet, faults }) => {
  const { ann, ben } = await meet({ base: faults.url })
  await noteBanner(ann.tab)
  faults.delayMs = 400
  await ann.tab.read(() => {
    location.assign('/settings')
    setTimeout(() => stop(), 200)
  })
  await send(ben.tab, 'it goes on')
  await see(ann.tab, message('it goes on'))
  await send(ann.tab, 'so it does')
  await see(ben.tab, message('so it does'))
  expect(await noted(ann.tab)).toBeNull()
})

test('a cut line is said, and what was written meanwhile on both sides arrives once', async ({ meet, faults }) => {
  const { ann, ben, benClient, path } = await meet({ base: faults.url })
  faults.isDown = true
  faults.cut()
  await see(ann.tab, { ...banner, holds: 'Reconnecting' })
  for (const words of ['one', 'two']) await send(ann.tab, words)
  await see(ann.tab, { css: '.pending' }, 2)
  await benClient.post(`${path}/messages`, { content: 'from Ben', nonce: 'from-ben' }, path)
  faults.heal()
  for (const { tab } of [ann, ben]) {
    for (const words of ['one', 'two', 'from Ben']) await see(tab, message(words), 1)
  }
  await seeNone(ann.tab, { css: '.pending' })
  await seeNone(ann.tab, { ...banner, holds: 'Reconnecting' })
})

test('after a restart the page logs in, and gives back the draft', async ({ open, faults, mortal }) => {
  const tab = await (await open({ base: faults.url })).tab()
  const alice = { email: 'alice@example.com', password: 'password123' }
  await logIn(tab, alice)
  await click(tab, button('Chat with bob'))
  await see(tab, heading('Chat with bob'))
  await connected(tab)
  await send(tab, 'of the first life')
  await see(tab, message('of the first life'))
  await fill(tab, composer, 'a draft that stays')
  await mortal.kill()
  await see(tab, { ...banner, holds: 'Reconnecting' })
  await mortal.start()
  await see(tab, heading('Log in'))
  expect(await textsOf(tab, text('of the first life'))).toEqual([])
  await fill(tab, { css: '[name=email]' }, alice.email)
  await fill(tab, { css: '[name=password]' }, alice.password)
  await tab.press('Enter')
  await see(tab, heading('Chat with bob'))
  await see(tab, text('The server restarted'))
  await expectRead(tab, readDraft, 'a draft that stays', 'the draft is back')
})
