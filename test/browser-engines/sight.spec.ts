import { findOverflow } from '../support/browser/overflow.js'
import { expect, send, test } from './fixtures.js'
import { click, composer, expectRead, fill, message, see } from './targets.js'

const heightOf = () => document.querySelector('#content')?.getBoundingClientRect().height ?? 0

test('the composer grows to eight lines with its text, and is one line again when it is sent', async ({ meet }) => {
  const { ann, ben } = await meet()
  const one = await ann.tab.read(heightOf)
  await click(ann.tab, composer)
  const heights: number[] = []
  for (let line = 1; line <= 10; line += 1) {
    await ann.tab.type(`line ${line}`)
    heights.push((await ann.tab.read(heightOf)) - one)
    await ann.tab.press('Shift+Enter')
  }
  const [, line = 0] = heights
  expect(line).toBeGreaterThan(16)
  expect(heights.map(height => Math.round(height / line))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 7, 7])
  await ann.tab.press('Enter')
  await see(ben.tab, message('line 10'))
  expect(await ann.tab.read(heightOf)).toBe(one)
})

test('nothing has to be scrolled sideways at 320 px', async ({ meet, narrow }) => {
  const { ann, ben, path } = await meet()
  await send(ben.tab, `https://example.com/${'long'.repeat(60)}`)
  await see(ann.tab, message('longlong'))
  await narrow(ann.tab, 640)
  for (const page of [path, '/chats', '/settings', '/settings/account', '/settings/accessibility']) {
    await ann.tab.open(page)
    await expectRead(ann.tab, () => document.readyState, 'complete', 'the page is there')
    expect([page, await ann.tab.read(findOverflow)]).toEqual([page, []])
  }
})

test('at 320 px the composer is below the messages, and all of it can be seen and used', async ({ meet, narrow }) => {
  const { ann, ben } = await meet()
  await narrow(ann.tab, 500)
  for (let line = 0; line < 8; line += 1) await send(ben.tab, `line ${line}`)
  await see(ann.tab, message('line 7'))
  await fill(ann.tab, composer, 'seen')
  await click(ann.tab, { css: '.send' })
  await see(ben.tab, message('seen'))
  const places = await ann.tab.read(() => {
    const bottomOf = (css: string) => document.querySelector(css)?.getBoundingClientRect().bottom ?? Number.NaN
    return { list: bottomOf('#list'), content: bottomOf('#content'), window: innerHeight }
  })
  expect(places.list).toBeLessThan(places.content)
  expect(places.content).toBeLessThanOrEqual(places.window)
})
