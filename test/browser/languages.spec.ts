import type { Page } from '@playwright/test'
import { languages, traitsOf } from '#src/languages.js'
import { translator } from '#src/rendering/sentences.js'
import { expect, message, test } from '../support/browser/fixtures.js'
import { findOverflow } from '../support/browser/overflow.js'

/** A phone, and a screen of 1280 by 1024 at 400%. Source: WCAG 1.4.10. */
const sizes = [
  { width: 320, height: 640 },
  { width: 320, height: 256 },
]
const mostStops = 60

/** Goes through all stops of a page by Tab; returns those that something covers or that lie outside the window. */
async function coveredStops(page: Page): Promise<string[]> {
  const covered: string[] = []
  for (let stop = 0; stop < mostStops; stop += 1) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(() => {
      const focused = document.activeElement
      if (!focused || focused === document.body) return null
      if (focused.hasAttribute('data-visited')) return null
      focused.setAttribute('data-visited', '')
      const box = focused.getBoundingClientRect()
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)]
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)]
      // Checked in the middle and towards the corners: a button may float over a scrolling list, but not over a
      // control.
      const hits = [
        [2, 2],
        [1, 1],
        [3, 1],
        [1, 3],
        [3, 3],
      ].map(([x = 0, y = 0]) =>
        document.elementFromPoint(left + ((right - left) * x) / 4, top + ((bottom - top) * y) / 4),
      )
      const covers = hits.filter(hit => hit === null || !(focused.contains(hit) || hit.contains(focused)))
      const isControl = focused.matches('a, button, input, select, textarea')
      const isSeen = covers.length <= (isControl ? 1 : 4)
      const hit = covers[0]
      return { isSeen, html: focused.outerHTML.slice(0, 120), over: hit?.outerHTML.slice(0, 80) ?? 'nothing' }
    })
    if (!found) break
    if (!found.isSeen) covered.push(`${found.html} is under ${found.over}`)
  }
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('[data-visited]')) element.removeAttribute('data-visited')
  })
  return covered
}

async function expectFits(page: Page, name: string): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size)
    expect([name, size, await page.evaluate(findOverflow, undefined)]).toEqual([name, size, []])
    expect([name, size, await coveredStops(page)]).toEqual([name, size, []])
  }
}

for (const language of languages) {
  test(`every page in ${language} fits a phone and 400%, and pushes come in its language`, async ({ chat, visit }) => {
    test.setTimeout(240_000)
    const t = translator(language)
    const { direction } = traitsOf(language)
    const expectSpoken = async (page: Page) => {
      await expect(page.locator('html')).toHaveAttribute('lang', language)
      await expect(page.locator('html')).toHaveAttribute('dir', direction)
    }

    const visitor = await visit({ locale: language })
    const answer = await visitor.goto('/login')
    expect(answer?.headers()['content-language']).toBe(language)
    expect(answer?.headers().vary).toContain('Accept-Language')
    await expectSpoken(visitor)
    await expect(visitor.getByRole('heading', { level: 1 })).toHaveText(t('login.title'))
    await expectFits(visitor, 'log-in')
    await visitor.goto('/register')
    await expectFits(visitor, 'registration')

    const { ann, ben, annPerson, benPerson, path } = await chat()
    await ann.goto('/settings')
    await ann.getByLabel('Language').selectOption(traitsOf(language).ownName)
    await ann.getByRole('button', { name: 'Save settings' }).click()
    await expectSpoken(ann)
    await expect(ann.getByText(t('settings.saved'))).toBeVisible()
    await expect(ann.locator(`option[value="${language}"]`)).toHaveAttribute('lang', language)
    await expectFits(ann, 'settings')

    await ann.goto(path)
    await expectSpoken(ann)
    await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
    await ben.getByRole('textbox', { name: 'Message' }).fill('hello there')
    await expect(ann.locator('#typing')).toHaveText(t('chat.typing', { name: benPerson.name }))
    await ben.getByRole('textbox', { name: 'Message' }).press('Enter')
    await expect(message(ann, 'hello there')).toContainText(
      t('chat.gone', { time: '' }).replace(/[\s\u2068\u2069]+$/g, ''),
    )
    await ann.locator('#content').fill('answer')
    await ann.locator('#content').press('Enter')
    await expect(message(ann, 'answer')).toHaveAccessibleName(t('chat.you'))
    await expect(message(ann, 'answer').locator('.status')).toHaveText(t('status.seen'))
    // The other's page stays in its own.
    await expect(message(ben, 'answer')).toHaveAccessibleName(annPerson.name)
    await expect(message(ben, 'hello there').locator('.status')).toHaveText('Seen')
    await expectFits(ann, 'chat')
    await ann.goto('/chats')
    await expect(ann.locator('#chats .last')).toHaveText(`${t('chats.mine', { text: '' }).trim()} answer`)
    await expectFits(ann, 'chats')
    const search = ann.getByRole('searchbox')
    const side = direction === 'rtl' ? 'right' : 'left'
    for (const typed of ['hello', 'שלום']) {
      await search.fill(typed)
      const besideIcon = search.evaluate(
        (field, each) => getComputedStyle(field).getPropertyValue(`padding-${each}`),
        side,
      )
      expect([typed, await besideIcon]).toEqual([typed, '44px'])
    }
  })
}

test('one’s own bubbles stand at the end of the line, whichever side that is', async ({ chat }) => {
  const { ann, path } = await chat()
  await ann.locator('#content').fill('mine')
  await ann.locator('#content').press('Enter')
  const middle = async () => {
    await expect(message(ann, 'mine')).toHaveAttribute('data-status', 'seen')
    const [bubble, list] = [await message(ann, 'mine').boundingBox(), await ann.locator('#list').boundingBox()]
    if (!bubble || !list) throw new Error('The bubble is not shown')
    return bubble.x + bubble.width / 2 - (list.x + list.width / 2)
  }
  expect(await middle()).toBeGreaterThan(0)
  await ann.goto('/settings')
  await ann.getByLabel('Language').selectOption('ar')
  await ann.getByRole('button', { name: 'Save settings' }).click()
  await ann.goto(path)
  expect(await middle()).toBeLessThan(0)
})
