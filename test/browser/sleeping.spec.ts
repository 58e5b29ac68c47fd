import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { type FaultyChat, test } from '../support/browser/faulty-chat.js'
import { expect, message, send, servers } from '../support/browser/fixtures.js'
import { openPicture } from '../support/browser/picture-choice.js'
import { RawChromium } from '../support/browser/raw-chromium.js'
import { newPair } from '../support/crowd.js'
import type { Direction } from '../support/fault-proxy.js'
import { LivePage } from '../support/live-page.js'

test.use({ serverEnv: servers.ofShortLives })
test.describe.configure({ mode: 'default' })

test('a page that slept through a message shows it for not one frame more, nor in the list of chats', {
  tag: '@page',
}, async ({ origin, faults }) => {
  const { ann, ben, chat } = await newPair(origin)
  const sender = await LivePage.open(origin, ben, chat)
  const chromium = await RawChromium.start()
  try {
    await chromium.setCookies(faults.url, [...ann.cookies])
    const tab = await chromium.open(new URL(chat, faults.url).href)
    await sender.operation('presence')
    sender.say({ type: 'message:send', content: 'gone when you wake', nonce: 'n-1' })
    const shown = `(document.body.checkVisibility({ opacityProperty: true }) && document.body.innerText.includes('gone when you wake'))`
    await tab.waitFor(shown)
    const expiresAt = Date.now() + Number(servers.ofShortLives.MESSAGE_TTL_MS)
    await tab.waitFor(`(() => {
      const look = () => {
        globalThis.late = (globalThis.late ?? 0) + Number(Date.now() > ${expiresAt} && ${shown})
        globalThis.lookedAt = Date.now()
        requestAnimationFrame(look)
      }
      look()
      return true
    })()`)
    await chromium.open('about:blank#front')
    await tab.waitFor(`document.visibilityState === 'hidden'`)
    await tab.freeze()
    expect(await tab.evaluate(shown)).toBe(false)
    faults.isDown = true
    faults.cut()
    await delay(Math.max(0, expiresAt - Date.now()) + 500)
    expect(await tab.evaluate(`document.body.textContent.includes('gone when you wake')`)).toBe(true)
    const wokeAt = Date.now()
    await tab.bringToFront()
    await tab.thaw()
    await tab.waitFor(`globalThis.lookedAt > ${wokeAt}`)
    expect(await tab.evaluate('globalThis.late')).toBe(0)
    await tab.waitFor(`document.body.checkVisibility({ opacityProperty: true })`)
    expect(await tab.evaluate(`document.body.textContent.includes('gone when you wake')`)).toBe(false)
  } finally {
    await chromium.stop()
    await sender.close()
  }
})

test('after an outage longer than a message lives a new one goes out past those of the outage, which one press sends in order', async ({
  faultyChat,
}) => {
  const { ann, ben, faults } = await faultyChat()
  faults.isDown = true
  faults.cut()
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  for (const text of ['one', 'two']) await send(ann, text)
  const unsent = ann.locator('.pending')
  await expect(unsent).toHaveText([/one/, /two/])
  await ann.waitForTimeout(Number(servers.ofShortLives.MESSAGE_TTL_MS) + 100)
  faults.heal()
  await expect(unsent.getByText('Not sent', { exact: true })).toHaveCount(2)
  await send(ann, 'new')
  await expect(message(ben, 'new')).toBeVisible()
  await expect(unsent).toHaveText([/one/, /two/])
  await expect(ben.locator('#list')).not.toContainText(/one|two/)

  await unsent.filter({ hasText: 'two' }).getByRole('button', { name: 'Try again (all)' }).click()
  await expect(ann.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(ben.locator('#list article').filter({ hasText: /one|two/ })).toHaveText([/one/, /two/])
  await expect(unsent).toHaveCount(0)
})

test('where several were not sent, "Try again" of one that is refused says and does nothing of the others', async ({
  faultyChat,
}) => {
  const { ann, faults } = await faultyChat()
  faults.isDown = true
  faults.cut()
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  for (const text of ['one', 'two']) await send(ann, text)
  await send(ann, 'x'.repeat(5001))
  await ann.waitForTimeout(Number(servers.ofShortLives.MESSAGE_TTL_MS) + 100)
  faults.heal()
  const unsent = ann.locator('.pending')
  await expect(unsent.locator('.failed')).toHaveText(['Not sent', 'Not sent', 'Not sent'])
  await expect(unsent.getByRole('button', { name: 'Try again (all)' })).toHaveCount(2)
  const refused = unsent.filter({ hasText: 'xxx' })
  await refused.getByRole('button', { name: 'Try again', exact: true }).click()
  await expect(ann.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(unsent.locator('.failed')).toHaveText(['Not sent', 'Not sent', 'Not sent'])
})

test('the clock set back keeps no message, nor an opened picture, on a page that has lost its connection', {
  tag: '@page',
}, async ({ faultyChat }) => {
  const { ann, ben, benClient, path, faults } = await faultyChat()
  await send(ben, 'goes in time')
  await expect(message(ann, 'goes in time')).toBeVisible()
  const viewer = await openPicture(benClient, path, ann)
  faults.isDown = true
  faults.cut()
  await ann.evaluate(() => {
    const now = Date.now
    Date.now = () => now() - 3_600_000
  })
  await expect(ann.locator('#list')).not.toContainText('goes in time', { timeout: 6000 })
  await expect(viewer).toBeHidden({ timeout: 6000 })
  expect(await ann.locator('#viewer img').getAttribute('src')).toBeNull()
})

test('a quote, and a reply that is begun, go with their message on a page that has lost its connection', {
  tag: '@page',
}, async ({ faultyChat }) => {
  const { ann, ben, faults } = await faultyChat()
  await send(ben, 'goes in time')
  const reply = async () => {
    await message(ann, 'goes in time').first().focus()
    await ann.keyboard.press('Enter')
    await ann.keyboard.press('Enter')
    await expect(ann.locator('#replying')).toContainText('goes in time')
  }
  await reply()
  // The reply outlives what it quotes.
  await ann.waitForTimeout(1000)
  await send(ann, 'an answer')
  await expect(message(ann, 'an answer').getByRole('link', { name: 'goes in time' })).toBeVisible()
  await reply()
  faults.isDown = true
  faults.cut()
  await ann.waitForFunction(() => {
    const places = [...document.querySelectorAll('#list, #replying')]
    return !places.some(({ textContent }) => textContent?.includes('goes in time'))
  })
  await expect(ann.locator('#list')).toContainText('an answer')
})

/** Ann sees a message of Ben's, whose life begins by that, and the network drops all that goes in one direction. */
async function seeWithout(direction: Direction, { ann, ben, benClient, path, faults }: FaultyChat): Promise<void> {
  await benClient.post(`${path}/lifetime`, { lifetimeMs: '60000', from: 'seen' }, path)
  await expect(ann.locator('#about')).toContainText('after they are seen')
  const messages = ann.locator('#messages')
  await messages.evaluate(element => element.setAttribute('hidden', ''))
  const reporting = ann.waitForResponse(/seen-[^/]*\.js/)
  await send(ben, 'read in a tunnel')
  await expect(ann.locator('#list article')).toHaveCount(1)
  await (await reporting).finished()
  faults.drop(direction)
  await messages.evaluate(element => element.removeAttribute('hidden'))
  await expect(ann.locator('#seen')).toHaveAttribute('hx-vals')
  await expect(ann.locator('body')).toContainText('until seen, then 1 minute')
  await expect(ann.locator('.chat-item')).toContainText('read in a tunnel')
}

const passAMinute = (page: Page) =>
  page.evaluate(() => {
    const now = performance.now.bind(performance)
    performance.now = () => now() + 60_000
  })

test('a life that begins when it is seen ends on time, also in the list, on a page that never hears that it has begun', {
  tag: '@page',
}, async ({ faultyChat }) => {
  const chat = await faultyChat()
  await seeWithout('down', chat)
  await expect.poll(async () => (await chat.benClient.get(chat.path)).text()).toContain('data-status="seen"')
  await passAMinute(chat.ann)
  await expect(chat.ann.locator('body')).not.toContainText('read in a tunnel', { timeout: 3000 })
})

test('a message whose life has ended on the page alone, as its report was lost, comes back with the connection', {
  tag: '@page',
}, async ({ faultyChat }) => {
  const chat = await faultyChat()
  await seeWithout('up', chat)
  await passAMinute(chat.ann)
  await expect(chat.ann.locator('#list')).not.toContainText('read in a tunnel', { timeout: 3000 })
  chat.faults.heal()
  await expect(message(chat.ann, 'read in a tunnel')).toContainText(/until (\w{3} )?\d/)
})
