import { expect, send, test } from '../support/browser/fixtures.js'
import { PushedWorker, wholeChromium } from '../support/browser/service-worker.js'

test.describe.configure({ mode: 'default' })
test.use({ launchOptions: wholeChromium })

const english = { title: 'You have a new message', body: '', tag: 'message', lang: 'en' }

test('a push shows that there is a message, once, and counts what is unread', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await ann.goto('/settings')
  await send(ben, 'a secret')
  await expect(ann).toHaveTitle(/^\(1\)/)
  const worker = await PushedWorker.register(ann)
  await worker.keepDeeds()
  await worker.push()
  await expect.poll(() => worker.kept()).toEqual(['badge dot', 'badge 1'])
  expect(await worker.notices()).toEqual([english])
  await worker.push()
  await expect.poll(() => worker.kept()).toEqual(['badge dot', 'badge 1', 'badge dot', 'badge 1'])
  expect(await worker.notices()).toEqual([english])
})

test('a push whose message is gone or was read elsewhere leaves nothing behind', { tag: '@page' }, async ({ chat }) => {
  const { ann } = await chat()
  await ann.goto('/settings')
  const worker = await PushedWorker.register(ann)
  await worker.keepDeeds()
  await worker.push()
  await expect.poll(() => worker.kept()).toEqual(['badge dot', 'badge 0'])
  await expect.poll(() => worker.notices()).toEqual([])
})

// A test each: a browser that has just closed a notice may close the next of the same tag with it.
for (const [what, address, deed] of [
  ['leads to a page of chats that is open', '/settings', 'focus /settings'],
  ['opens the chats where no page of them is open', '/api/docs', 'open /chats'],
] as const) {
  test(`a click on a notice ${what}`, { tag: '@page' }, async ({ chat }) => {
    const { ann, ben } = await chat()
    await ann.goto('/settings')
    await send(ben, 'one')
    await expect(ann).toHaveTitle(/^\(1\)/)
    const worker = await PushedWorker.register(ann)
    await worker.keepDeeds()
    await ann.goto(address)
    await worker.push()
    await expect.poll(() => worker.notices()).toEqual([english])
    await worker.click()
    await expect.poll(async () => (await worker.kept()).filter(each => !each.startsWith('badge'))).toEqual([deed])
    await expect.poll(() => worker.notices()).toEqual([])
  })
}

test('Chromium reads the manifest without complaint', { tag: '@page' }, async ({ visit }) => {
  const page = await visit()
  await page.goto('/login')
  const devTools = await page.context().newCDPSession(page)
  const { url, errors, data } = await devTools.send('Page.getAppManifest')
  expect([new URL(url).pathname, errors]).toEqual(['/manifest.webmanifest', []])
  expect(JSON.parse(data ?? '')).toMatchObject({ display: 'standalone', lang: 'en' })
})
