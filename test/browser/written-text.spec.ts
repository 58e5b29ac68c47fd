import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { lineDirections } from '../field/line-directions.js'
import { piledMarks } from '../field/piled-marks.js'
import { expect, logIn, sendMany, test } from '../support/browser/fixtures.js'

/** How far around a box is looked for what it paints there, in CSS pixels. */
const around = 80

/** Whether a pixel of two images differs by more than a browser rounds when it paints the same once more. */
const differs = (one: Buffer, other: Buffer, pixel: number) =>
  [0, 1, 2].some(part => Math.abs((one[pixel * 3 + part] ?? 0) - (other[pixel * 3 + part] ?? 0)) > 1)

/** How many pixels outside of a box an element in it paints, found by comparing the page with and without it. */
async function paintedOutside(page: Page, element: Locator, box: Locator): Promise<number> {
  const inside = await box.boundingBox()
  const view = page.viewportSize()
  if (!inside || !view) throw new Error('There is no such box')
  const [x, y] = [Math.max(0, Math.floor(inside.x) - around), Math.max(0, Math.floor(inside.y) - around)]
  const width = Math.min(view.width, Math.ceil(inside.x + inside.width) + around) - x
  const height = Math.min(view.height, Math.ceil(inside.y + inside.height) + around) - y
  const shoot = async () => {
    const image = await page.screenshot({ animations: 'disabled', clip: { x, y, width, height } })
    return sharp(image).removeAlpha().raw().toBuffer()
  }
  const withIt = await shoot()
  await element.evaluate(({ style }: HTMLElement) => style.setProperty('opacity', '0'))
  const without = await shoot()
  await element.evaluate(({ style }: HTMLElement) => style.removeProperty('opacity'))
  let count = 0
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [left, top] = [x + (pixel % width), y + Math.floor(pixel / width)]
    const isBeside = left + 1 <= inside.x || left >= inside.x + inside.width
    const isOutside = isBeside || top + 1 <= inside.y || top >= inside.y + inside.height
    if (isOutside && differs(withIt, without, pixel)) count += 1
  }
  return count
}

/** Whether a piece of an element's text, given by the index of its first and its last character, runs to the right. */
const runsRight = (element: Locator, first: number, last: number) =>
  element.evaluate(
    (root: HTMLElement, [from, to]) => {
      const leftOf = (index: number) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
        for (let before = 0; walker.nextNode(); before += walker.currentNode.nodeValue?.length ?? 0) {
          const node = walker.currentNode
          const at = index - before
          if (at >= (node.nodeValue?.length ?? 0)) continue
          const range = document.createRange()
          range.setStart(node, at)
          range.setEnd(node, at + 1)
          return range.getBoundingClientRect().left
        }
        throw new Error('The element has no such character')
      }
      return leftOf(to) > leftOf(from)
    },
    [first, last] as const,
  )

const bubbleOf = (page: Page) => page.locator('#list article .text').last()

test('marks piled upon letters are never painted outside of their bubble or preview', { tag: '@long' }, async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  await ann.emulateMedia({ reducedMotion: 'reduce' })
  const bubbles = ann.locator('#list article')
  for (const [index, [kind, text]] of Object.entries(piledMarks).entries()) {
    // Sent without typing, which would change what the list shows.
    await sendMany(ben, 1, 'a line above')
    await sendMany(ben, 1, text)
    await sendMany(ben, 1, 'a line below')
    await sendMany(ben, 1, text)
    await expect(bubbles).toHaveCount(4 * (index + 1))
    const bubble = bubbles.nth(-3)
    expect([kind, await paintedOutside(ann, bubble.locator('.text'), bubble)]).toEqual([kind, 0])
    // Each preview is clipped alike.
    if (index % 4 > 0) continue
    const item = ann.locator('.chat-item')
    expect([kind, await paintedOutside(ann, item.locator('.last'), item)]).toEqual([kind, 0])
  }
  // The comparison finds what is painted outside.
  await sendMany(ben, 1, piledMarks['a word with marks everywhere'] ?? '')
  await sendMany(ben, 2, 'a line below')
  await expect(bubbles.last()).toContainText('a line below 1')
  const text = bubbles.nth(-3).locator('.said')
  await text.evaluate(({ style }: HTMLElement) => style.setProperty('overflow', 'visible'))
  expect(await paintedOutside(ann, text, bubbles.nth(-3))).toBeGreaterThan(0)
})

test('a name with marks of its script piled upon a letter is never painted outside of its place', async ({
  chat,
  person,
  visit,
}) => {
  const { ann } = await chat()
  const other = await person(`ש${'\u0591'.repeat(20)}ש`)
  const { name } = other
  await ann.goto(`/people?q=${encodeURIComponent(name)}`)
  const found = ann.getByRole('button', { name: `Chat with ${name}` })
  expect(await paintedOutside(ann, found.locator('span').last(), found)).toBe(0)
  expect(await paintedOutside(ann, found.locator('.avatar'), found.locator('.avatar'))).toBe(0)
  await found.click()
  const heading = ann.getByRole('heading', { level: 1 })
  await expect(heading).toContainText(name)
  expect(await paintedOutside(ann, heading.locator('bdi'), heading)).toBe(0)
  const page = await visit()
  await logIn(page, other)
  await page.goto(new URL(ann.url()).pathname)
  const typing = ann.locator('#typing')
  const keys = page.getByRole('textbox', { name: 'Message' }).pressSequentially('Hello Ann', { delay: 300 })
  await expect(typing).toContainText(name)
  expect(await paintedOutside(ann, typing, typing)).toBe(0)
  await keys
  await ann.getByRole('button', { name: 'Chat options' }).click()
  const block = ann.locator('#options a')
  expect(await paintedOutside(ann, block.locator('span'), block)).toBe(0)
})

test('each line of a message takes its own direction, not that of the first', async ({ chat }) => {
  const { ann, ben } = await chat()
  for (const [index, [text, directions]] of lineDirections.entries()) {
    // With a full stop at the end of its last line, which stands on the side where the line ends.
    await sendMany(ben, 1, `${text}\n.`)
    await expect(ann.locator('#list article')).toHaveCount(index + 1)
    const found: string[] = []
    let start = 0
    for (const line of text.split('\n')) {
      const letter = start + line.replace(/https:\S+/, link => '.'.repeat(link.length)).search(/\p{L}/u)
      const isRight = await runsRight(bubbleOf(ann), letter, start + line.length - 1)
      found.push(isRight ? 'ltr' : 'rtl')
      start += line.length + 1
    }
    expect([text, found]).toEqual([text, directions])
  }
  const bidi = (selector: string) => ann.locator(selector).evaluate(element => getComputedStyle(element).unicodeBidi)
  expect(await bidi('#content')).toBe('plaintext')
})

test('a link reads from left to right behind an override, and what is around the message does too', async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  const link = 'https://evil.example/moc.knab'
  for (const before of ['\u202e', '\u202eabc ', '\u2067', '\u202b\u202e\u2067 ']) {
    await sendMany(ben, 1, `${before}${link}`)
    await expect(bubbleOf(ann)).toHaveText(`${before}${link} 0`)
    expect(await runsRight(bubbleOf(ann).locator('a'), 0, link.length - 1)).toBe(true)
    const time = ann.locator('#list article').last().locator('time')
    expect(await runsRight(time, 0, 4)).toBe(true)
    const [name, preview] = [ann.locator('.chat-item .who'), ann.locator('.chat-item .when')]
    expect([await runsRight(name, 0, 2), await runsRight(preview, 0, 4)]).toEqual([true, true])
  }
})

test('a copied message is what was written, without the host that is shown beside a link', async ({ chat }) => {
  const { ann, ben } = await chat()
  const text = 'see https://bank.com@evil.example/x and аpple.com\nשלום.\n\n  \u202eabc\u202c end'
  await sendMany(ben, 1, text)
  const bubble = bubbleOf(ann)
  await expect(bubble.locator('.leads-to')).toHaveText(['(leads to evil.example)', '(leads to xn--pple-43d.com)'])
  await bubble.evaluate(element => getSelection()?.selectAllChildren(element))
  await ann.keyboard.press('Control+C')
  await ann.locator('#content').focus()
  await ann.keyboard.press('Control+V')
  await expect(ann.locator('#content')).toHaveValue(`${text} 0`)
})
