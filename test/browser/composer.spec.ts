import type { Page } from '@playwright/test'
import { expect, message, test } from '../support/browser/fixtures.js'

const field = (page: Page) => page.getByRole('textbox', { name: 'Message' })

/** The size of an element and where its lower edge is, px. */
const boxOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate(element => {
    const { width, height, bottom } = element.getBoundingClientRect()
    return { width, height, bottom }
  })

test('the composer is one row of 44 px, whose field has a line of its own where larger text needs it', async ({
  chat,
}) => {
  const { ann } = await chat()
  for (const width of [1280, 390, 320]) {
    await ann.setViewportSize({ width, height: 720 })
    const parts = await Promise.all(['.add', '#content', '.send'].map(selector => boxOf(ann, selector)))
    expect([width, ...parts.map(({ height }) => height)]).toEqual([width, 44, 44, 44])
    expect(new Set(parts.map(({ bottom }) => bottom)).size).toBe(1)
    expect([parts[0]?.width, parts[2]?.width]).toEqual([44, 44])
  }
  await ann.setViewportSize({ width: 390, height: 720 })
  await ann.evaluate(() => document.documentElement.setAttribute('data-size', 'larger'))
  expect((await boxOf(ann, '#content')).width).toBeGreaterThan(300)
})

test('with larger text and a keyboard on the screen a long text leaves the button that sends it in sight', async ({
  chat,
}) => {
  const { ann } = await chat()
  await ann.evaluate(() => document.documentElement.setAttribute('data-size', 'larger'))
  await ann.setViewportSize({ width: 390, height: 420 })
  await field(ann).fill('one more line\n'.repeat(12))
  await expect(ann.getByRole('button', { name: 'Send' })).toBeInViewport({ ratio: 1 })
})

test('the field grows to eight lines, and is one line again when its text is sent', async ({ chat }) => {
  const { ann, ben } = await chat()
  const height = async () => (await boxOf(ann, '#content')).height
  const one = await height()
  await field(ann).fill('one\ntwo')
  const line = (await height()) - one
  expect(line).toBeGreaterThan(16)
  await field(ann).fill(Array.from({ length: 20 }, (_, n) => `line ${n}`).join('\n'))
  expect(Math.round((await height()) - one)).toBe(Math.round(7 * line))
  await field(ann).press('Enter')
  await expect(message(ben, 'line 19')).toBeVisible()
  expect(await height()).toBe(one)
})

test('that a text is too long is said before it is sent, once, and counted on', async ({ chat }) => {
  const { ann, ben } = await chat()
  await field(ann).fill('x'.repeat(5001))
  const words = ann.locator('#too-long')
  await expect(words).toHaveText(/too long/)
  await expect(ann.getByText('5001 / 5000')).toBeVisible()
  await expect(field(ann)).toHaveAttribute('aria-invalid', 'true')
  await words.evaluate(place => {
    new MutationObserver(() => place.setAttribute('data-said-again', '')).observe(place, { childList: true })
  })
  await field(ann).press('End')
  await field(ann).press('y')
  await expect(ann.getByText('5002 / 5000')).toBeVisible()
  await expect(words).not.toHaveAttribute('data-said-again')
  await field(ann).fill('short enough')
  await expect(words).toBeEmpty()
  await expect(field(ann)).not.toHaveAttribute('aria-invalid')
  await field(ann).press('Enter')
  await expect(message(ben, 'short enough')).toBeVisible()

  const count = ann.locator('.too-long .count')
  await field(ann).fill('z'.repeat(5001))
  await field(ann).press('Enter')
  await expect(ann.locator('.pending')).toContainText('Not sent')
  await expect(field(ann)).toHaveValue('')
  await expect(count).toBeEmpty()
  await ann.getByRole('button', { name: 'Edit' }).click()
  await expect(count).toHaveText('5001 / 5000')
  await ann.reload()
  await expect(count).toHaveText('5001 / 5000')
  await field(ann).evaluate((element: HTMLTextAreaElement) => {
    element.value = 'by a script'
  })
  await expect(count).toBeEmpty()
})
