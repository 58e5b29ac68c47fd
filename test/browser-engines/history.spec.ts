import { newcomer } from '../support/crowd.js'
import { connected, expect, logIn, logOut, type Somebody, send, test } from './fixtures.js'
import type { Tab } from './tab.js'
import { click, composer, expectRead, fill, heading, link, message, see } from './targets.js'

/** Has a secret sent to somebody, and waits until they have seen it and no report of theirs is under way. */
async function tell(ben: Somebody, ann: Somebody, secret: string): Promise<void> {
  await send(ben.tab, secret)
  await see(ann.tab, message(secret))
  await see(ben.tab, { css: '#list article[data-status=seen]', holds: secret })
}

/** Goes back, and waits until another page is there. */
async function goBack(tab: Tab): Promise<void> {
  await tab.read(() => void Object.assign(window, { isLeft: true }))
  await tab.back()
  const isThere = () =>
    !Reflect.has(window, 'isLeft') && document.readyState === 'complete' && document.querySelector('h1') !== null
  await expectRead(tab, isThere, true, 'another page is there')
}

/** Fails with what a page holds of these, shown or not. */
async function expectHoldsNone(tab: Tab, secrets: readonly string[]): Promise<void> {
  const html = await tab.read(() => document.documentElement.outerHTML)
  expect(secrets.filter(secret => html.includes(secret))).toEqual([])
}

/** Somebody else sits down at Ann's browser, where she has read a chat and gone. */
async function goBackAsNext(ann: Somebody, next: string, secrets: readonly string[]): Promise<void> {
  await goBack(ann.tab)
  await see(ann.tab, heading('Log in'))
  await expectHoldsNone(ann.tab, secrets)
  await logIn(ann.tab, { email: `${next}@example.com`, password: 'long enough 1' })
  for (let pages = 0; pages < 3; pages += 1) {
    await goBack(ann.tab)
    await expectHoldsNone(ann.tab, secrets)
  }
}

for (const scheme of ['http', 'https'] as const) {
  test(`over ${scheme} Back after log-out shows nothing of a chat, also to the next person there`, async ({
    meet,
    tolerate,
    origin,
    startSecure,
  }, { workerIndex }) => {
    // That person may not see the chat, and what was typed just before is told to nobody any more.
    tolerate(/404|Connection not open/)
    const server = scheme === 'https' ? await startSecure() : undefined
    const where = server ? { base: server.url, origin: server.origin } : { base: origin, origin }
    const { ann, ben } = await meet(where)
    const next = `next-${scheme}-${workerIndex}`
    await newcomer(where.origin, next)
    await tell(ben, ann, 'for Ann alone')
    await fill(ann.tab, composer, 'typed by Ann')
    await logOut(ann.tab)
    await goBackAsNext(ann, next, ['for Ann alone', 'typed by Ann'])
  })
}

test('who logs out on another page, or in another tab, leaves nothing of a chat behind it', async ({
  meet,
  origin,
  tolerate,
}, { workerIndex }) => {
  tolerate(/404/)
  const { ann, ben, path } = await meet()
  const next = `next-elsewhere-${workerIndex}`
  await newcomer(origin, next)
  await tell(ben, ann, 'for Ann alone')
  await ann.tab.open('/settings')
  const other = await ann.browser.tab()
  await other.open(path)
  await see(other, message('for Ann alone'))
  await logOut(other)
  await see(ann.tab, heading('Log in'))
  await goBack(ann.tab)
  await expectHoldsNone(ann.tab, ['for Ann alone'])
  await goBackAsNext(ann, next, ['for Ann alone'])
})

test('on the way back a chat is as it is by now, and goes on', async ({ meet }) => {
  const { ann, ben } = await meet()
  await send(ben.tab, 'read before')
  await see(ann.tab, message('read before'))
  await click(ann.tab, { css: '.side a', begins: 'Settings' })
  await see(ann.tab, heading('Settings'))
  await send(ben.tab, 'written meanwhile')
  await ann.tab.back()
  await see(ann.tab, message('written meanwhile'), 1)
  await see(ann.tab, message('read before'), 1)
  await connected(ann.tab)
  await send(ben.tab, 'written now')
  await see(ann.tab, message('written now'))
  await send(ann.tab, 'an answer')
  await see(ben.tab, message('an answer'))
})

test('nothing of a page is kept by its script for the way back', async ({ meet }) => {
  const { ann, ben } = await meet()
  await send(ben.tab, 'kept nowhere')
  await see(ann.tab, message('kept nowhere'))
  await click(ann.tab, link('Chats'))
  await see(ann.tab, heading('Chats'))
  const kept = await ann.tab.read(async () => {
    const places = [...Object.values(sessionStorage), ...Object.values(localStorage), JSON.stringify(history.state)]
    return [...places, ...(globalThis.caches ? await caches.keys() : [])]
  })
  expect(kept.filter(each => String(each).includes('kept nowhere'))).toEqual([])
  expect(await ann.tab.read(() => localStorage.getItem('htmx-history-cache'))).toBeNull()
})
