import { test } from '../support/browser/faulty-chat.js'
import { expect, message, send, servers } from '../support/browser/fixtures.js'
import { keepFocus, keepSpeech, readFocus, takeSpeech } from '../support/browser/ledgers.js'

test.use({ serverEnv: servers.ofShortLives })
test.describe.configure({ mode: 'default' })

test('a message is gone from both screens within 250 ms of its time', async ({ chat }) => {
  const { ann, ben } = await chat()
  for (const page of [ann, ben]) {
    await page.evaluate(() => {
      new MutationObserver(() => {
        const now = performance.timeOrigin + performance.now()
        if (!document.querySelector('#list article')) Object.assign(window, { goneAt: now })
        else if (!Reflect.has(window, 'shownAt')) Object.assign(window, { shownAt: now })
      }).observe(document.querySelector('#list') ?? document, { childList: true, subtree: true })
    })
  }
  const lifeMs = Number(servers.ofShortLives.MESSAGE_TTL_MS)
  const begunAt = Date.now()
  await send(ann, 'not for long')
  for (const page of [ann, ben]) await expect(message(page, 'not for long')).toBeVisible()
  for (const page of [ann, ben]) {
    await expect(page.getByRole('article')).toHaveCount(0)
    const [shownAt = 0, goneAt = 0] = await page.evaluate(() =>
      ['shownAt', 'goneAt'].map(name => Number(Reflect.get(window, name))),
    )
    expect(goneAt).toBeGreaterThanOrEqual(begunAt + lifeMs)
    expect(goneAt).toBeLessThan(shownAt + lifeMs + 250)
    expect(await page.content()).not.toContain('not for long')
  }
})

test('the focused message that goes hands its focus on, never to nowhere', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'goes first')
  await expect(message(ann, 'goes first')).toBeVisible()
  await ann.waitForTimeout(1000)
  await send(ben, 'goes second')
  await expect(message(ann, 'goes second')).toBeVisible()
  await message(ann, 'goes first').focus()
  await keepFocus(ann)
  await expect(message(ann, 'goes first')).toHaveCount(0)
  await expect(message(ann, 'goes second')).toBeFocused()
  await expect(ann.getByRole('article')).toHaveCount(0)
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
  const places = await readFocus(ann)
  expect(places).toHaveLength(3)
  expect(places.at(-1)).toBe('messages')
  expect(places).not.toContain('BODY')
})

test('the focused message that is hidden, as the clock was set, hands its focus on, never to nowhere', {
  tag: '@page',
}, async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'hidden for a while')
  await message(ann, 'hidden for a while').focus()
  await keepFocus(ann)
  await ann.evaluate(() => {
    const now = Date.now
    Date.now = () => now() + 3_600_000
  })
  await expect(ann.getByText('hidden for a while').first()).toBeHidden()
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
  const places = await readFocus(ann)
  expect(places).toHaveLength(2)
  expect(places.at(-1)).toBe('messages')
})

test('a message goes at once, and is not hidden before, on a page that has lost its connection', {
  tag: '@page',
}, async ({ faultyChat }) => {
  const { ann, ben, faults } = await faultyChat()
  await ann.evaluate(() => {
    new MutationObserver(() => Object.assign(window, { isHidden: true })).observe(document.body, {
      attributeFilter: ['hidden'],
      subtree: true,
    })
  })
  for (let count = 1; count <= 10; count += 1) {
    await send(ben, `message ${count}`)
    await expect(message(ann, `message ${count}`)).toBeVisible()
  }
  faults.isDown = true
  faults.cut()
  await expect(ann.getByRole('article')).toHaveCount(0)
  expect(await ann.evaluate(() => Reflect.has(window, 'isHidden'))).toBe(false)
})

test('where the last message of a chat is gone the list of chats says so', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben, benPerson } = await chat()
  await send(ben, 'last and gone')
  const line = ann.getByRole('link', { name: new RegExp(`^${benPerson.name}`) })
  await expect(line).toContainText('last and gone')
  await expect(line).toContainText('No messages')
  // The page's removal of expired messages must leave these words alone.
  await send(ben, 'another')
  await expect(line).toContainText('another')
  await expect(line).toContainText('No messages')
})

test('nothing is said when messages vanish, and what was spoken of them goes with them', { tag: '@page' }, async ({
  chat,
}) => {
  const { ann, ben, benPerson } = await chat()
  await keepSpeech(ann)
  await ann.reload()
  await expect(ann.locator('#presence').getByText('Online')).toBeVisible()
  await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await send(ben, 'said, then gone')
  await expect(ann.locator('#announcer p')).toHaveText(`${benPerson.name}: said, then gone`)
  await expect(message(ann, 'said, then gone')).toHaveCount(0)
  await expect(ann.locator('#announcer')).toBeEmpty()
  expect(await takeSpeech(ann)).toEqual([`${benPerson.name}: said, then gone`])
})
