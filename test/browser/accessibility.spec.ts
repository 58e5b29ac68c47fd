import type { Page } from '@playwright/test'
import { chooseOption } from '../support/browser/chat-options.js'
import { expect, message, send, sendMany, test } from '../support/browser/fixtures.js'
import { pictureDescription } from '../support/browser/picture-choice.js'
import { cutBySpacing, expectUsable, tooWide } from '../support/browser/probes.js'

/** A picture of one pixel. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const right = 'שלום, זו הודעה ארוכה למדי שנכתבה מימין לשמאל עם (סוגריים) ו-123'

test('pages of accounts are usable in every theme: to axe, at 320 px, larger, and spaced out', {
  tag: '@long',
}, async ({ chat, visit, tolerate }) => {
  test.setTimeout(240_000)
  tolerate(/status of 4(03|04|22)/)
  const visitor = await visit()
  await visitor.goto('/login')
  await expectUsable(visitor, 'log-in')
  await visitor.getByRole('button', { name: 'Log in' }).click()
  await expect(visitor).toHaveTitle(/^Error/)
  await expectUsable(visitor, 'refused log-in')
  await visitor.goto('/register')
  await visitor.getByRole('button', { name: 'Create account' }).click()
  await expect(visitor).toHaveTitle(/^Error/)
  await expectUsable(visitor, 'refused registration')
  await visitor.goto('/api/docs')
  await expect(visitor.getByRole('heading', { level: 1 })).toBeVisible()
  await expectUsable(visitor, 'descriptions for programs')

  const { ann, path } = await chat()
  await ann.goto('/settings?done=saved')
  await expectUsable(ann, 'settings')
  for (const name of ['notifications', 'privacy', 'accessibility']) {
    await ann.goto(`/settings/${name}`)
    await expectUsable(ann, `settings: ${name}`)
  }
  await ann.goto('/settings/account')
  await ann.getByRole('button', { name: 'Change password' }).click()
  await expect(ann).toHaveTitle(/^Error/)
  await expectUsable(ann, 'refused settings')
  await ann.goto(`${path}/end`)
  await expectUsable(ann, 'end')
  await ann.goto(path)
  const tab = await ann.context().newPage()
  await tab.goto(path)
  await chooseOption(ann, /^Block/, 'link')
  await expectUsable(ann, 'block')
  await ann.getByRole('button', { name: 'Block', exact: true }).click()
  await expect(ann.getByRole('heading', { name: /^You blocked/ })).toBeVisible()
  await expectUsable(ann, 'blocked')
  // A tab that shows the chat says why it is away, not that it is gone: its messages come back with unblocking.
  await expect(tab.getByRole('heading', { name: /^You blocked/ })).toBeVisible()
  await expect(tab.locator('#chats .chat-item')).toHaveCount(0)
  await expectUsable(tab, 'chat with somebody who was blocked in another tab')
  await ann.goto('/settings/privacy')
  await expect(ann.getByRole('button', { name: /^Unblock/ })).toBeVisible()
  await expectUsable(ann, 'settings with somebody blocked')
  await ann.goto(path)
  await ann.getByRole('button', { name: /^Unblock/ }).click()
  await expect(ann.getByRole('heading', { name: /^You unblocked/ })).toBeVisible()
  await expectUsable(ann, 'unblocked')
  await tab.getByRole('button', { name: /^Unblock/ }).click()
  await expect(tab.getByRole('heading', { name: /^You unblocked/ })).toBeVisible()
  await ann.goto('/nowhere')
  await expectUsable(ann, 'not found')
})

test('pages without JavaScript are usable in every theme', { tag: '@long' }, async ({ chat, visit }) => {
  const { ann, ben, path } = await chat()
  await send(ben, 'to a page without a script')
  await expect(message(ann, 'to a page without a script')).toBeVisible()
  // axe is a script itself, so it gets copies of the pages as they look without JavaScript.
  const page = await visit()
  await page.context().addCookies(await ann.context().cookies())
  await page.route('**', async route => {
    const response = await route.fetch()
    if (!response.headers()['content-type']?.startsWith('text/html')) return route.fulfill({ response })
    const body = (await response.text()).replace(/<\/?noscript>|<script[^>]*><\/script>/g, '')
    return route.fulfill({ response, body })
  })
  for (const [address, name] of [
    ['/chats', 'chats'],
    [path, 'chat'],
  ] as const) {
    await page.goto(address)
    await expectUsable(page, `${name}, without JavaScript`)
  }
  // The frame of its own refreshes itself as often as the person has set, and its heading is that of the page around it.
  const plain = await visit({ javaScriptEnabled: false })
  await plain.context().addCookies(await ann.context().cookies())
  for (const address of [`${path}?every=60`, `${path}/frame?every=60`]) {
    await plain.goto(address)
    expect(await tooWide(plain)).toEqual([])
    expect(await tooWide(plain, '150%')).toEqual([])
    expect(await cutBySpacing(plain)).toEqual([])
  }
})

test('chats are usable in every theme and state: empty, full, refused, long, from the right, offline, gone', {
  tag: '@long',
}, async ({ chat, tolerate }) => {
  test.setTimeout(240_000)
  tolerate(/status of 404|WebSocket|ERR_|htmx/)
  const { ann, ben, path } = await chat()
  await expectUsable(ann, 'empty chat')
  await send(ben, `see https://example.com/${'long'.repeat(40)} ${'W'.repeat(80)}`)
  await send(ben, right)
  await send(ann, 'seen by the other')
  await expect(message(ann, 'seen by the other')).toHaveAttribute('data-status', 'seen')
  await ann.locator('#image').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: dot })
  await ann.getByLabel(pictureDescription).fill('One dot')
  await expectUsable(ann, 'picture before it is sent')
  await ann.getByRole('button', { name: 'Send' }).click()
  await expect(ann.locator('#list').getByRole('img', { name: 'One dot' })).toBeVisible()
  await ben.goto('/chats')
  await send(ann, 'delivered to the other')
  await expect(message(ann, 'delivered to the other')).toHaveAttribute('data-status', 'delivered')
  await send(ann, 'x'.repeat(5001))
  await expect(ann.locator('.pending article')).toHaveAttribute('data-status', 'failed')
  await expectUsable(ann, 'chat')
  await expectUsable(ben, 'chats')
  await ben.goto('/people?q=nobody-of-this-name')
  await expectUsable(ben, 'nobody found')
  await ann.getByRole('link', { name: 'One dot' }).click()
  await expect(ann.getByRole('dialog', { name: 'Picture' })).toBeVisible()
  await expectUsable(ann, 'picture')
  await ann.keyboard.press('Escape')
  await expect(ann.getByRole('link', { name: 'One dot' })).toBeFocused()
  await chooseOption(ann, 'End chat')
  await expectUsable(ann, 'dialog')
  await ann.keyboard.press('Escape')
  await ben.goto(path)
  await sendMany(ben, 100, 'one of a hundred')
  await expect(message(ann, 'one of a hundred 99')).toBeVisible()
  await expectUsable(ann, '100 messages')
  await goOffline(ann)
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  await expectUsable(ann, 'offline')
  await ann.context().setOffline(false)
  await expect(ann.locator('#connection')).toBeEmpty({ timeout: 15_000 })
  await chooseOption(ben, 'End chat')
  await ben.getByRole('button', { name: 'End for both' }).click()
  await expect(ann.getByText('ended this chat')).toBeVisible()
  await expectUsable(ann, 'chat that is gone')
})

/** Takes the network away and cuts the connection, which Chromium would leave open. */
async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true)
  await page.evaluate(() => {
    const live = document.getElementById('live')
    live?._htmx?.ws?.connection?.socket?.close()
    live?._htmx?.sse?.reader?.cancel()
  })
}
