// Long because every case of one behaviour stands here.
import type { Page } from '@playwright/test'
import { chooseOption } from '../support/browser/chat-options.js'
import { expect, message, send, sendMany, test } from '../support/browser/fixtures.js'
import { tabThrough } from '../support/browser/probes.js'

const covered = async (page: Page) => (await tabThrough(page)).filter(({ coveredBy }) => coveredBy)

test('what has the focus has a ring, and nothing covers it, on any page and in a small window', {
  tag: '@long',
}, async ({ chat, visit }) => {
  const { ann, ben, path } = await chat()
  await sendMany(ben, 30, 'line')
  await expect(message(ann, 'line 29')).toBeVisible()
  const visitor = await visit()
  for (const [page, address] of [
    [visitor, '/login'],
    [visitor, '/register'],
    [ann, path],
    [ann, '/chats'],
    [ann, '/settings'],
    [ann, '/settings/privacy'],
    [ann, `${path}/end`],
  ] as const) {
    await page.setViewportSize({ width: 360, height: 480 })
    await page.goto(address)
    const stops = await tabThrough(page)
    expect([address, stops.length > 2]).toEqual([address, true])
    expect([address, stops.filter(({ coveredBy }) => coveredBy)]).toEqual([address, []])
    expect([address, stops.filter(({ hasRing }) => !hasRing)]).toEqual([address, []])
  }
  await ann.setViewportSize({ width: 1280, height: 720 })
  await ann.goto(path)
  expect(await covered(ann)).toEqual([])
})

test('by arrows, every message that has the focus can be seen, above the composer', { tag: '@long' }, async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  await sendMany(ben, 30, 'line')
  await expect(message(ann, 'line 29')).toBeVisible()
  await ann.setViewportSize({ width: 360, height: 480 })
  await ann.getByRole('region', { name: 'Messages' }).focus()
  for (const key of ['ArrowUp', 'ArrowUp', 'Home', 'ArrowDown', 'End']) {
    await ann.keyboard.press(key)
    const isSeen = await ann.evaluate(() => {
      const box = document.activeElement?.getBoundingClientRect()
      const bottom = document.querySelector('footer')?.getBoundingClientRect().top ?? 0
      const top = document.querySelector('.chat .bar')?.getBoundingClientRect().bottom ?? 0
      return box !== undefined && box.top >= top - 1 && box.bottom <= bottom + 1
    })
    expect([key, isSeen]).toEqual([key, true])
  }
})

test('the options of a message show beside it under the pointer, which can go to them, and cover nothing', {
  tag: '@page',
}, async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'theirs')
  await send(ann, 'mine')
  await expect(message(ann, 'theirs')).toBeVisible()
  for (const text of ['theirs', 'mine']) {
    const bubble = message(ann, text)
    const options = bubble.getByRole('button', { name: 'Message options' })
    const opacity = () => options.evaluate(button => getComputedStyle(button).opacity)
    await ann.mouse.move(0, 0)
    await expect.poll(opacity).toBe('0')
    await bubble.locator('.text').hover()
    await expect.poll(opacity).toBe('1')
    const below = await options.evaluate(button => {
      const { left, right, top, bottom } = button.getBoundingClientRect()
      const under = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2)
      return under.filter(each => each !== button && each.closest('article, .bar, footer')).length
    })
    expect(below).toBe(0)
    await options.hover()
    expect(await opacity()).toBe('1')
  }
})

test('nothing moves where motion is to be reduced', { tag: '@long' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await ann.emulateMedia({ reducedMotion: 'reduce' })
  const count = () =>
    ann.evaluate(() => {
      const moves = Number(Reflect.get(window, 'moves') ?? 0)
      return moves + document.getAnimations().length
    })
  await ann.evaluate(() => {
    Object.assign(window, { moves: 0 })
    const noteMove = () => Object.assign(window, { moves: Number(Reflect.get(window, 'moves')) + 1 })
    for (const kind of ['animationstart', 'transitionstart']) addEventListener(kind, noteMove, true)
  })
  await ben.getByRole('textbox', { name: 'Message' }).press('x')
  await expect(ann.getByText('is typing').first()).toBeVisible()
  await send(ben, 'still')
  await expect(message(ann, 'still')).toBeVisible()
  await ann.getByRole('button', { name: 'Chat options' }).hover()
  await chooseOption(ann, 'End chat')
  expect(await count()).toBe(0)
  // Counter-check: with motion allowed, an arriving message does move.
  await ann.keyboard.press('Escape')
  await ann.emulateMedia({ reducedMotion: 'no-preference' })
  await send(ben, 'moving')
  await expect(message(ann, 'moving')).toBeVisible()
  await expect.poll(count).toBeGreaterThan(0)
})

test('a message fades in where it arrives, and not again with the page', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await ann.addInitScript(() => {
    Object.assign(window, { faded: 0 })
    addEventListener('animationstart', () => Object.assign(window, { faded: Reflect.get(window, 'faded') + 1 }))
  })
  // What was sent before the page is connected does not arrive, but is there when it catches up.
  const connected = ann.waitForEvent('websocket')
  await ann.reload()
  await connected
  const faded = () => ann.evaluate(() => Number(Reflect.get(window, 'faded')))
  await send(ben, 'arrives')
  await expect(message(ann, 'arrives')).toBeVisible()
  await expect.poll(faded).toBe(1)
  await ann.reload()
  await expect(message(ann, 'arrives')).toBeVisible()
  // An animation begins with the frame that first shows it.
  await ann.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  expect(await faded()).toBe(0)
})

test('in forced colours controls, bubbles and fields keep an edge, and icons are drawn in the colour of text', {
  tag: '@long',
}, async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'edged')
  await expect(message(ann, 'edged')).toBeVisible()
  await ann.emulateMedia({ forcedColors: 'active' })
  const flat = await ann.evaluate(() =>
    [...document.querySelectorAll('article, .button, .unread, .avatar, textarea, input[type="search"]')]
      .filter(element => element.checkVisibility() && !element.closest('dialog:not([open])'))
      .filter(element => {
        const { borderTopWidth, borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(element)
        return borderTopWidth === '0px' || borderTopStyle === 'none' || borderTopColor === backgroundColor
      })
      .map(element => element.outerHTML.slice(0, 100)),
  )
  expect(flat).toEqual([])
  const icons = await ann.evaluate(() =>
    [...document.querySelectorAll('.icon')]
      .filter(icon => icon.checkVisibility())
      .map(icon => getComputedStyle(icon).stroke),
  )
  const forced = await ann.evaluate(() =>
    ['body', 'button'].map(name => getComputedStyle(document.querySelector(name) ?? document.body).color),
  )
  expect(icons.length).toBeGreaterThan(2)
  expect(icons.filter(stroke => !forced.includes(stroke))).toEqual([])
})

test('where colours do not tell, an edge of 4 px tells one’s own bubbles from the other’s', async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'theirs')
  await send(ann, 'mine')
  const edges = async () => [
    await message(ann, 'theirs').evaluate(bubble => getComputedStyle(bubble).borderWidth),
    await message(ann, 'mine').evaluate(bubble => getComputedStyle(bubble).borderWidth),
  ]
  await expect.poll(edges).toEqual(['1px', '1px'])
  await ann.emulateMedia({ contrast: 'more' })
  expect(await edges()).toEqual(['2px', '4px'])
  await ann.emulateMedia({ contrast: 'no-preference', forcedColors: 'active' })
  expect(await edges()).toEqual(['1px', '4px'])
})

test('the chat is a heading, a list of named and described messages, and a labelled composer', {
  tag: '@long',
}, async ({ chat }) => {
  const { ann, ben, benPerson } = await chat()
  await send(ben, 'hello')
  await expect(message(ann, 'hello')).toBeVisible()
  await send(ann, 'hello back')
  await expect(message(ann, 'hello back')).toHaveAttribute('data-status', 'seen')
  await expect(ann.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - heading "Chat with ${benPerson.name}" [level=1]
      - paragraph: Online
      - button "Chat options"
      - region "Messages":
        - paragraph: /Messages vanish after .+/
        - list:
          - listitem: /.+/
          - listitem:
            - article "${benPerson.name}":
              - text: hello
              - time: /\\d\\d:\\d\\d.* until .+/
              - button "Message options"
          - listitem:
            - article "You":
              - text: hello back
              - time: /\\d\\d:\\d\\d.* until .+/
              - text: Seen
              - button "Message options"
      - button "Add image"
      - textbox "Message"
      - button "Send"
      - paragraph: Enter sends. Shift+Enter starts a new line.
  `)
  await expect(message(ann, 'hello back')).toHaveAccessibleDescription(/^hello back \d\d:\d\d.* until .+ Seen$/)
  await expect(ann.getByRole('textbox', { name: 'Message' })).toHaveAccessibleDescription(
    /Enter sends.*Messages vanish after/,
  )
  const tree = await ann.locator('body').ariaSnapshot()
  expect(tree).toContain('link "Skip to content"')
  expect(tree.match(/^ *- main/gm)).toHaveLength(1)
  expect(tree.match(/\[level=1\]/g)).toHaveLength(1)
})

test('a chat of 100 messages paints within a second on a slow processor, and nothing shifts', { tag: '@long' }, async ({
  chat,
}) => {
  const { ann, ben, path } = await chat()
  await sendMany(ben, 100, 'one of a hundred')
  await expect(message(ann, 'one of a hundred 99')).toBeVisible()
  // All are read, or the count of those that are not would change in the midst of a load.
  await expect(message(ben, 'one of a hundred 99')).toHaveAttribute('data-status', 'seen')
  // Elsewhere, but here: his going would be told in the midst of a load.
  await ben.goto('/chats')
  const session = await ann.context().newCDPSession(ann)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  const loads: { paint: number; shifted: string[] }[] = []
  // Another test beside this one can only add to a paint: the best of three counts.
  for (let load = 0; load < 3 && !loads.some(({ paint }) => paint < 1000); load += 1) {
    await ann.goto('about:blank')
    await ann.goto(path)
    await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
    loads.push(await observePaint(ann))
  }
  const paints = loads.map(({ paint }) => Math.round(paint))
  test.info().annotations.push({ type: 'largest paint', description: `${paints.join(', ')} ms` })
  expect(Math.min(...paints)).toBeGreaterThan(0)
  expect(Math.min(...paints)).toBeLessThan(1000)
  expect(loads.flatMap(({ shifted }) => shifted)).toEqual([])
})

interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly sources: readonly {
    readonly node: Node | null
    readonly previousRect: DOMRectReadOnly
    readonly currentRect: DOMRectReadOnly
  }[]
}

/** The moment of the largest paint since the page began, ms, and all that shifted until half a second from now. */
function observePaint(page: Page): Promise<{ paint: number; shifted: string[] }> {
  return page.evaluate(
    () =>
      new Promise<{ paint: number; shifted: string[] }>(resolve => {
        const seen: { paint: number; shifted: string[] } = { paint: 0, shifted: [] }
        const isShift = (entry: PerformanceEntry): entry is LayoutShift => 'sources' in entry
        new PerformanceObserver(list => {
          for (const entry of list.getEntries()) seen.paint = Math.max(seen.paint, entry.startTime)
        }).observe({ type: 'largest-contentful-paint', buffered: true })
        new PerformanceObserver(list => {
          for (const { value, sources } of list.getEntries().filter(isShift)) {
            const moved = sources.map(({ node, previousRect, currentRect }) => {
              const element = node instanceof Element ? node : node?.parentElement
              const [from, to] = [previousRect, currentRect].map(({ x, y, width, height }) =>
                [x, y, width, height].join(' '),
              )
              return `${element?.outerHTML.slice(0, 80) ?? 'what is gone'} from ${from} to ${to}`
            })
            seen.shifted.push(`${value}: ${moved.join(' and ')}`)
          }
        }).observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve(seen), 500)
      }),
  )
}

test('a short message is one line with its time, which only the last of a minute shows, as it alone has the word', async ({
  chat,
}) => {
  const { ann } = await chat()
  for (const text of ['ok', 'yes', 'no']) {
    // Within one minute.
    if (text === 'ok') await ann.waitForFunction(() => new Date().getSeconds() < 50)
    await send(ann, text)
    await expect(message(ann, text)).toHaveAttribute('data-status', 'seen')
  }
  const looks = () =>
    ann.getByRole('article').evaluateAll(articles =>
      articles.map(article => {
        const { height } = article.getBoundingClientRect()
        const bottom = article.querySelector('.said')?.getBoundingClientRect().bottom ?? 0
        const timeTop = article.querySelector('time')?.getBoundingClientRect().top ?? bottom
        const statusWidth = article.querySelector('.status')?.clientWidth ?? 0
        return { isLow: height <= 46, shows: [timeTop < bottom, statusWidth > 30] }
      }),
    )
  const [quiet, last] = [
    { isLow: true, shows: [false, false] },
    { isLow: true, shows: [true, true] },
  ]
  await expect.poll(looks).toEqual([quiet, quiet, last])
  await expect(message(ann, 'ok')).toHaveAccessibleDescription(/ok \d\d:\d\d .* Seen/)
  await message(ann, 'no').getByRole('button', { name: 'Message options' }).click()
  await message(ann, 'no').getByRole('button', { name: 'Delete for both' }).click()
  await expect.poll(looks).toEqual([quiet, last])
})
