// Long because every case of one behaviour stands here.
import type { Page } from '@playwright/test'
import { expect, logIn, message, send, startChat, test } from '../support/browser/fixtures.js'

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })

/** Records in the page when each text first appears in the list, by the wall clock, which both pages share. */
async function watchArrivals(page: Page): Promise<void> {
  await page.evaluate(() => {
    const arrivals: Record<string, number> = {}
    Object.assign(window, { arrivals })
    new MutationObserver(() => {
      const now = performance.timeOrigin + performance.now()
      for (const text of document.querySelectorAll('#list .text')) arrivals[text.textContent ?? ''] ??= now
    }).observe(document.querySelector('#list') ?? document, { childList: true, subtree: true })
  })
}

const arrivalOf = (page: Page, text: string): Promise<number> =>
  page.evaluate(each => Number(Reflect.get(Reflect.get(window, 'arrivals'), each)), text)

test('a message is on the other screen within 100 ms', { tag: '@sockets' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await watchArrivals(ben)
  await ann.evaluate(() => {
    document.addEventListener(
      'keydown',
      event => {
        if (event.key === 'Enter') Object.assign(window, { sentAt: performance.timeOrigin + performance.now() })
      },
      true,
    )
  })
  const latencies: number[] = []
  for (let index = 0; index < 10; index += 1) {
    const text = `message ${index}`
    await send(ann, text)
    await expect(message(ben, text)).toBeVisible()
    const sentAt = await ann.evaluate(() => Number(Reflect.get(window, 'sentAt')))
    latencies.push((await arrivalOf(ben, text)) - sentAt)
  }
  latencies.sort((a, b) => a - b)
  const median = latencies[5] ?? Number.NaN
  test.info().annotations.push({ type: 'median latency', description: `${median.toFixed(1)} ms` })
  expect(median).toBeGreaterThan(0)
  expect(median).toBeLessThan(100)
})

test('ticks go from Sent to Delivered, in the list of chats, to Seen, in the chat', async ({ chat, visit }) => {
  const { ann, ben, benPerson, path } = await chat()
  await ben.close()
  await send(ann, 'when do you see this?')
  const mine = ann.getByRole('article', { name: 'You' })
  await expect(mine).toHaveAttribute('data-status', 'sent')
  await expect(mine).toContainText('Sent')
  const again = await visit()
  await logIn(again, benPerson)
  await expect(mine).toHaveAttribute('data-status', 'delivered')
  await expect(mine).toContainText('Delivered')
  await again.goto(path)
  await expect(mine).toHaveAttribute('data-status', 'seen')
  await expect(mine).toContainText('Seen')
})

test('a message that is out of view is delivered, and seen once it is scrolled to', async ({ chat }) => {
  const { ann, ben } = await chat()
  for (let index = 0; index < 12; index += 1) await send(ben, `line ${index}\n\n\n\n`)
  await expect(message(ann, 'line 11')).toBeVisible()
  await ann.locator('#messages').evaluate(element => {
    element.scrollTop = -element.scrollHeight
  })
  await expect(message(ann, 'line 0')).toBeInViewport()
  await send(ben, 'below the fold')
  const sent = message(ben, 'below the fold')
  await expect(sent).toHaveAttribute('data-status', 'delivered')
  // A later message's report comes over the same connection, so one of the first would have come by now.
  await send(ben, 'further below')
  await expect(message(ben, 'further below')).toHaveAttribute('data-status', 'delivered')
  await expect(sent).toHaveAttribute('data-status', 'delivered')
  await message(ann, 'below the fold').scrollIntoViewIfNeeded()
  await expect(sent).toHaveAttribute('data-status', 'seen')
})

test('typing is shown to the other, and gone about two seconds after the last key', async ({ chat }) => {
  const { ann, ben, annPerson } = await chat()
  await ann.evaluate(() => {
    document.addEventListener('input', () =>
      Object.assign(window, { typedAt: performance.timeOrigin + performance.now() }),
    )
  })
  await ben.evaluate(() => {
    const sign = document.querySelector('#typing') ?? document
    new MutationObserver(() => {
      if (!sign.textContent) Object.assign(window, { clearedAt: performance.timeOrigin + performance.now() })
    }).observe(sign, { childList: true, subtree: true })
  })
  await composer(ann).pressSequentially('typing some words', { delay: 40 })
  const sign = ben.locator('#typing').getByText(`${annPerson.name} is typing`, { exact: true })
  await expect(sign).toBeVisible()
  await composer(ann).press('x')
  await expect(sign).toBeHidden()
  const clearedAt = await ben.evaluate(() => Number(Reflect.get(window, 'clearedAt')))
  const typedAt = await ann.evaluate(() => Number(Reflect.get(window, 'typedAt')))
  // The last report may come up to 300 ms after the last key press.
  expect(clearedAt - typedAt).toBeGreaterThan(1700)
  expect(clearedAt - typedAt).toBeLessThan(2600)
  await expect(composer(ann)).toHaveValue('typing some wordsx')
})

test('a draft, its caret and the focus survive whatever is pushed', async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ann, 'to be seen')
  await expect(message(ann, 'to be seen')).toHaveAttribute('data-status', 'seen')
  await composer(ann).fill('half a sentence')
  await composer(ann).evaluate((element: HTMLTextAreaElement) => {
    element.setSelectionRange(4, 6)
    Object.assign(window, { composer: element })
  })
  const state = () =>
    ann.evaluate(() => {
      const active = document.activeElement
      const isSame = active === Reflect.get(window, 'composer')
      return active instanceof HTMLTextAreaElement && isSame
        ? [active.value, active.selectionStart, active.selectionEnd]
        : String(active?.nodeName)
    })
  const untouched = ['half a sentence', 4, 6]
  await composer(ben).press('x')
  await expect(ann.getByText('is typing').first()).toBeVisible()
  expect(await state()).toEqual(untouched)
  await send(ben, 'a push')
  await expect(message(ann, 'a push')).toBeVisible()
  expect(await state()).toEqual(untouched)
  await expect(message(ben, 'a push')).toContainText('a push')
  await ben.close()
  expect(await state()).toEqual(untouched)
})

test('several tabs of both show the same', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  const [annTab, benTab] = [await ann.context().newPage(), await ben.context().newPage()]
  await Promise.all([annTab.goto(path), benTab.goto(path)])
  await expect(annTab.getByText('Online', { exact: true }).first()).toBeVisible()
  await send(ann, 'from one tab')
  await send(benTab, 'from another')
  const pages = [ann, annTab, ben, benTab]
  for (const page of pages) {
    await expect(message(page, 'from one tab')).toBeVisible()
    await expect(message(page, 'from another')).toBeVisible()
    await expect(page.getByRole('article')).toHaveCount(2)
  }
  for (const page of [ann, annTab]) {
    await expect(message(page, 'from one tab')).toHaveAttribute('data-status', 'seen')
  }
})

test('the list of chats stands beside a chat and the settings on a wide screen, stays live, and stays scrolled', async ({
  chat,
  person,
  visit,
}) => {
  const { ann, annPerson } = await chat()
  const third = await person('Third')
  const page = await visit()
  await logIn(page, third)
  await page.getByRole('searchbox', { name: 'Find people' }).fill(annPerson.name)
  await page.getByRole('button', { name: `Chat with ${annPerson.name}`, exact: true }).click()
  await send(page, 'psst')
  await expect(ann.getByRole('link', { name: new RegExp(`^${third.name}.*1 unread`) })).toBeVisible()
  await send(page, 'again')
  await expect(ann.getByRole('link', { name: new RegExp(`^${third.name}.*2 unread`) })).toBeVisible()
  await ann.setViewportSize({ width: 390, height: 800 })
  await expect(ann.getByRole('link', { name: 'Back to chats 2 unread' })).toBeVisible()
  await expect(page.getByRole('article', { name: 'You' }).first()).toHaveAttribute('data-status', 'delivered')

  await ann.setViewportSize({ width: 1280, height: 240 })
  const side = ann.getByRole('navigation', { name: 'Chats' })
  await side.evaluate(element => element.scrollTo(0, 20))
  await side.getByRole('link', { name: new RegExp(`^${third.name}`) }).click()
  await expect(ann.getByRole('heading', { name: `Chat with ${third.name}`, level: 1 })).toBeVisible()
  await expect(ann.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect.poll(() => side.evaluate(element => element.scrollTop)).toBe(20)

  const way = ann.url()
  await ann.setViewportSize({ width: 1280, height: 800 })
  for (const sent of await page.getByRole('article').all()) await expect(sent).toHaveAttribute('data-status', 'seen')
  await ann.getByRole('textbox', { name: 'Message' }).fill('half written')
  await side.getByRole('link', { name: 'Settings' }).click()
  await expect(ann.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  await expect(side.getByText('Draft: half written')).toBeVisible()
  // It stands in the place of the last message.
  await expect(side.getByText('again')).toBeHidden()
  await ann.getByLabel('Time zone').focus()
  await send(page, 'while you were away')
  await expect(ann).toHaveTitle(/^\(1\) Settings/)
  await expect(page.getByRole('main').getByText('Online')).toBeVisible()
  await expect(ann.getByLabel('Time zone')).toBeFocused()
  // The links of the settings stand still from a long page to a short one.
  const toAppearance = ann.getByRole('link', { name: 'Appearance' })
  const before = await toAppearance.boundingBox()
  await ann.getByRole('link', { name: 'Privacy' }).click()
  await expect(ann.getByRole('heading', { name: 'Privacy', level: 1 })).toBeVisible()
  expect((await toAppearance.boundingBox())?.y).toBe(before?.y)
  await side.getByRole('link', { name: new RegExp(`^${third.name}`) }).click()
  await expect(ann).toHaveURL(way)
  await expect(ann.getByRole('textbox', { name: 'Message' })).toHaveValue('half written')
  await expect(ann.getByRole('textbox', { name: 'Message' })).toBeFocused()

  // On a phone the list is a page of its own.
  await ann.setViewportSize({ width: 390, height: 240 })
  await ann.getByRole('link', { name: 'Back to chats' }).click()
  await expect(ann.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await ann.getByRole('main').evaluate(element => element.scrollTo(0, 20))
  await ann.getByRole('link', { name: new RegExp(`^${third.name}`) }).click()
  await ann.getByRole('link', { name: 'Back to chats' }).click()
  await expect(ann.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await expect.poll(() => ann.getByRole('main').evaluate(element => element.scrollTop)).toBe(20)
})

test('who is looked for stands in the place of the list, the chats first, until nobody is', { tag: '@page' }, async ({
  chat,
  person,
}) => {
  const { ann, benPerson } = await chat()
  const other = await person(benPerson.name)
  await ann.getByRole('searchbox', { name: 'Find people' }).fill(benPerson.name)
  const side = ann.getByRole('navigation', { name: 'Chats' })
  await expect(side.getByRole('button', { name: `Chat with ${other.name}` })).toBeInViewport()
  await expect(side.getByRole('link', { name: new RegExp(`^${benPerson.name}`) })).toHaveCount(1)
  await ann.getByRole('searchbox', { name: 'Find people' }).fill('')
  await expect(side.getByRole('button', { name: `Chat with ${benPerson.name}`, exact: true })).toHaveCount(0)
  await expect(side.getByRole('link', { name: new RegExp(`^${benPerson.name}`) })).toHaveCount(1)
})

const hostile = [
  `<script>alert(1)</script><img src=x onerror="alert(1)"> <b>bold</b> &amp; "'`,
  '<%= it.csrfToken %> {name} $& $`',
  'שלום עולם',
  '👨‍👩‍👧‍👦🏳️‍🌈',
  'one\n\n  two',
]

test('text is shown as typed, whatever it is', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  for (const text of hostile) await send(ann, text)
  for (const page of [ann, ben]) {
    const shown = page.getByRole('article').locator('.text')
    await expect(shown).toHaveText(hostile, { useInnerText: true })
    await expect(shown.locator('*')).toHaveCount(0)
  }
  await ben.reload()
  expect(await ben.getByRole('article').locator('.text').allTextContents()).toEqual(hostile)
})

test('Enter sends, Shift and Enter breaks the line, and Enter while composing does neither', { tag: '@page' }, async ({
  chat,
}) => {
  const { ann } = await chat()
  await composer(ann).fill('first')
  await composer(ann).press('Shift+Enter')
  await composer(ann).pressSequentially('second')
  await composer(ann).dispatchEvent('keydown', { key: 'Enter', isComposing: true })
  await expect(composer(ann)).toHaveValue('first\nsecond')
  await composer(ann).press('Enter')
  await expect(composer(ann)).toHaveValue('')
  await expect(ann.getByRole('article').locator('.text')).toHaveText(['first\nsecond'], { useInnerText: true })
})

test('times are of the browser’s zone, not of the server’s', { tag: '@page' }, async ({ person, visit }) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')]
  const page = await visit()
  await logIn(page, ann)
  await startChat(page, ben)
  const from = Date.now()
  await send(page, 'what time is it?')
  const inKolkata = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit' })
  const time = message(page, 'what time is it?').locator('time')
  await expect(message(page, 'what time is it?')).toHaveAttribute('data-status', 'sent')
  const hours = new RegExp(`^(${inKolkata.format(from)}|${inKolkata.format(Date.now())})\\s`)
  await expect(time).toHaveText(hours)
  await page.reload()
  await expect(time).toHaveText(hours)
})
