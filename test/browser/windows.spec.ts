// Long because each way through a long chat is a journey of its own.
import type { Page } from '@playwright/test'
import { chooseOption } from '../support/browser/chat-options.js'
import { expect, message, send, sendMany, test } from '../support/browser/fixtures.js'

const rows = (page: Page) => page.getByRole('region', { name: 'Messages' }).getByRole('article')
const earlier = (page: Page) => page.getByRole('link', { name: 'Show earlier messages' })
const seqs = (page: Page) =>
  rows(page).evaluateAll(articles => articles.map(article => Number(article.getAttribute('data-seq'))))
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const topOf = async (page: Page, text: string) => (await message(page, text).boundingBox())?.y ?? Number.NaN

test('earlier messages come in above what is read, which stays where it is, and the focus goes to where they end', async ({
  chat,
}) => {
  const { ann } = await chat(250)
  await expect(rows(ann)).toHaveCount(100)
  expect(await seqs(ann)).toEqual(range(151, 250))
  await earlier(ann).scrollIntoViewIfNeeded()
  const before = await topOf(ann, 'line 151')
  // The answer waits for the second click, which would otherwise meet a message that came in under the pointer, and focus it.
  let clicks: Promise<void> | undefined
  await ann.route(/[?]before=/, async route => {
    await clicks
    await route.continue()
  })
  clicks = earlier(ann).dblclick()
  await clicks
  await expect(rows(ann)).toHaveCount(200)
  expect(await seqs(ann)).toEqual(range(51, 250))
  expect(Math.abs((await topOf(ann, 'line 151')) - before)).toBeLessThan(60)
  await expect(ann.locator('[data-seq="151"]')).toBeFocused()
  await expect(ann.locator('.day:visible')).toHaveCount(1)
  await earlier(ann).focus()
  await ann.keyboard.press('Enter')
  await expect(rows(ann)).toHaveCount(250)
  await expect(earlier(ann)).toBeHidden()
  await expect(ann.locator('[data-seq="51"]')).toBeFocused()
  await expect(ann.locator('.day:visible')).toHaveCount(1)
})

test('a long page that was away keeps its rows, loses what was deleted, and shows what was seen', {
  tag: '@sockets',
}, async ({ chat, visit, tolerate }) => {
  tolerate(/ERR_INTERNET_DISCONNECTED|htmx:ws:error/)
  const { ann, ben, path } = await chat(320)
  await ben.close()
  for (const count of [200, 300, 320]) {
    await earlier(ann).click()
    await expect(rows(ann)).toHaveCount(count)
  }
  const old = ann.locator('[data-seq="20"]')
  await old.evaluate(article => Reflect.set(article, 'wasHere', true))
  const elsewhere = await visit({ storageState: await ann.context().storageState(), javaScriptEnabled: false })
  await ann.context().setOffline(true)
  await ann.evaluate(() => document.getElementById('live')?._htmx?.ws?.connection?.socket?.close())
  await expect(ann.getByText('Reconnecting')).toBeVisible()
  await elsewhere.goto(`${path}?before=100`)
  const tenth = elsewhere.locator('[data-seq="10"]')
  await tenth.getByRole('button', { name: 'Message options' }).click()
  await tenth.getByRole('button', { name: 'Delete for both' }).click()
  await elsewhere.getByRole('textbox', { name: 'Message' }).fill('and now')
  await elsewhere.getByRole('button', { name: 'Send' }).click()
  await ann.context().setOffline(false)
  await expect(message(ann, 'and now')).toBeVisible()
  await expect(rows(ann)).toHaveCount(320)
  await expect(ann.locator('[data-seq="10"]')).toHaveCount(0)
  expect(await old.evaluate(article => Reflect.get(article, 'wasHere'))).toBe(true)
})

test('while later messages are missing none is put in, and the way to the newest counts them', async ({ chat }) => {
  const { ann, ben, path } = await chat(220)
  await ann.goto(`${path}?before=150`)
  expect(await seqs(ann)).toEqual(range(50, 149))
  const jump = ann.getByRole('link', { name: /Jump to newest/ })
  await expect(jump).toHaveText(/71$/)
  await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await send(ben, 'one more')
  await expect(jump).toHaveText(/72$/)
  await expect(message(ann, 'one more')).toHaveCount(0)
  await ann.getByRole('link', { name: 'Show later messages' }).click()
  expect(await seqs(ann)).toEqual(range(150, 221))
  await expect(message(ann, 'line 150')).toBeInViewport()
  await expect(ann.getByRole('link', { name: 'Show later messages' })).toHaveCount(0)
  await send(ben, 'and another')
  await expect(message(ann, 'and another')).toBeVisible()
  await ann.goto(`${path}?before=150`)
  await jump.click()
  expect((await seqs(ann)).at(-1)).toBe(222)
})

test('without JavaScript a long chat is read back and forth by links', async ({ chat, visit }) => {
  const { ann, path } = await chat(230)
  const page = await visit({ javaScriptEnabled: false, storageState: await ann.context().storageState() })
  await page.goto(path)
  expect(await seqs(page)).toEqual(range(131, 230))
  await earlier(page).click()
  expect(await seqs(page)).toEqual(range(31, 130))
  await earlier(page).click()
  expect(await seqs(page)).toEqual(range(1, 30))
  await expect(earlier(page)).toHaveCount(0)
  await page.getByRole('link', { name: 'Show later messages' }).click()
  expect(await seqs(page)).toEqual(range(31, 130))
  await page.getByRole('link', { name: /Jump to newest/ }).click()
  expect(await seqs(page)).toEqual(range(131, 230))
})

for (const javaScriptEnabled of [true, false]) {
  test(`many unread messages are read from the first${javaScriptEnabled ? '' : ', without JavaScript too'}`, async ({
    chat,
    visit,
  }) => {
    const { ben, path } = await chat(250)
    const state = await ben.context().storageState()
    await ben.close()
    const page = await visit({ javaScriptEnabled, storageState: state })
    await page.goto(path)
    await expect(rows(page).first()).toBeInViewport()
    await expect(rows(page).last()).not.toBeInViewport()
    expect(await rows(page).count()).toBeGreaterThan(100)
    if (!javaScriptEnabled) return
    await expect(page.locator('#messages')).not.toHaveClass(/from-top/)
    await expect(page.getByText(/^\d{3} new messages$/)).toBeInViewport()
  })
}

test('without JavaScript a chat opens at the first of few unread messages', async ({ chat, visit }) => {
  const { ann, ben, path } = await chat()
  const state = await ben.context().storageState()
  await ben.close()
  await sendMany(ann, 60, 'unread')
  const page = await visit({ javaScriptEnabled: false, storageState: state })
  await page.goto(path)
  await expect(page.getByText('60 new messages')).toBeInViewport()
  await expect(page.locator('[data-seq="60"]')).not.toBeInViewport()
})

test('300 unread messages are read in two windows, by few reports, and none of them is unread then', {
  tag: '@sockets',
}, async ({ chat, visit }) => {
  const { ben, path, annPerson } = await chat(300)
  const storageState = await ben.context().storageState()
  await ben.close()
  const page = await visit({ storageState })
  let reports = 0
  page.on('websocket', socket =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('inViewFrom')) reports += 1
    }),
  )
  const line = page.getByRole('link', { name: new RegExp(`^${annPerson.name}`) })
  const readToEnd = async () => {
    await page.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
    await page.locator('#messages').hover()
    await expect(async () => {
      await page.mouse.wheel(0, 400)
      await expect(rows(page).last()).toBeInViewport({ ratio: 1, timeout: 50 })
    }).toPass({ intervals: [10] })
  }
  await page.goto(path)
  await readToEnd()
  await page.getByRole('link', { name: 'Show later messages' }).click()
  await expect(rows(page).last()).toContainText('line 300')
  await readToEnd()
  await expect(line).not.toContainText('unread')
  expect(reports).toBeGreaterThan(0)
  expect(reports).toBeLessThan(60)
})

test('where one reads on the window alone is scrolled, never the page around it', async ({ chat }) => {
  const { ann, path } = await chat(220)
  // The list of chats is longer than the screen: it says "online" to those who listen, in a line that nobody sees.
  await ann.setViewportSize({ width: 1280, height: 120 })
  await ann.goto(`${path}?before=150`)
  await ann.getByRole('link', { name: 'Show later messages' }).click()
  await expect(ann).toHaveURL(/#earlier$/)
  expect(await ann.evaluate(() => document.documentElement.scrollTop)).toBe(0)
  expect(await ann.evaluate(() => document.documentElement.scrollHeight)).toBe(120)
})

test('what one sends while later messages are missing is shown at once, and writing goes on', async ({ chat }) => {
  const { ann, path } = await chat(220)
  await ann.goto(`${path}?before=150`)
  await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await send(ann, 'my own word')
  await expect(message(ann, 'my own word')).toBeInViewport()
  await expect(message(ann, 'my own word')).toHaveCount(1)
  await expect(rows(ann).last()).toHaveAttribute('data-seq', '221')
  await expect(ann.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(ann.getByRole('textbox', { name: 'Message' })).toHaveValue('')
})

test('another page of the same person stays where it is when one of them sends', async ({ chat }) => {
  const { ann, path } = await chat(220)
  const reading = await ann.context().newPage()
  await reading.goto(`${path}?before=150`)
  await reading.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await send(ann, 'my own word')
  await expect(reading.getByRole('link', { name: /Jump to newest/ })).toHaveText(/72$/)
  await send(ann, 'and one more')
  await expect(reading.getByRole('link', { name: /Jump to newest/ })).toHaveText(/73$/)
  expect(await seqs(reading)).toEqual(range(50, 149))
})

test('only what is new is counted as new, not the earlier messages that are loaded', async ({ chat }) => {
  const { ann, ben, path } = await chat(220)
  await ben.goto(`${path}?newest`)
  await ben.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await earlier(ben).click()
  await expect(rows(ben)).toHaveCount(200)
  const jump = ben.getByRole('button', { name: 'Jump to newest' })
  await expect(jump).toBeVisible()
  await expect(jump.locator('b')).toHaveText('')
  await send(ann, 'this is new')
  await expect(jump.locator('b')).toHaveText('1')
})

test('a window whose messages have gone is not called empty while others stand around it', async ({ chat }) => {
  const { ann, path } = await chat(120)
  const empty = ann.getByText('No messages. Write one below.')
  await ann.goto(`${path}?before=1`)
  await expect(rows(ann)).toHaveCount(0)
  await expect(ann.getByRole('link', { name: 'Show later messages' })).toBeVisible()
  await expect(empty).toBeHidden()
})

test('a chat that ends takes the ways to its other messages along', async ({ chat }) => {
  const { ann, ben, path } = await chat(220)
  await ann.goto(`${path}?before=150`)
  await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await chooseOption(ben, 'End chat')
  await ben.getByRole('button', { name: 'End for both' }).click()
  await expect(ann.getByText(/ended this chat/).first()).toBeVisible()
  await expect(ann.locator('#earlier, #later, #jump').getByRole('link')).toHaveCount(0)
})

test('what is read stays where it is while messages come in below, which are not seen by that', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  await ann.goto('/chats')
  await sendMany(ben, 60, 'unread')
  await ann.goto(path)
  await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  const read = ann.locator('[data-seq="5"]')
  await expect(read).toBeInViewport()
  const top = async () => (await read.boundingBox())?.y ?? Number.NaN
  const opened = await top()
  await send(ben, 'comes in below')
  await expect(message(ann, 'comes in below')).toBeAttached()
  expect(Math.abs((await top()) - opened)).toBeLessThan(2)
  await read.hover()
  await ann.mouse.wheel(0, 120)
  await expect.poll(top).toBeLessThan(opened - 60)
  const scrolled = await top()
  await sendMany(ben, 4, 'more')
  await expect(message(ann, 'more 3')).toBeAttached()
  expect(Math.abs((await top()) - scrolled)).toBeLessThan(2)
  await expect(message(ben, 'unread 59')).not.toHaveAttribute('data-status', 'seen')
})
