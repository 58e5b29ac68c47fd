import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, message, send, test } from './fixtures.js'

/** The rules that a page breaks, with the elements that do: AAA contrast and target sizes among them. */
async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } } })
    .analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  const size = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 640 })
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect([name, width]).toEqual([name, 320])
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter(element => element.checkVisibility() && element.getBoundingClientRect().right > 320.5)
      .map(element => element.outerHTML.slice(0, 100)),
  )
  expect([name, wide]).toEqual([name, []])
  if (size) await page.setViewportSize(size)
}

for (const colorScheme of ['dark', 'light'] as const) {
  test(`nothing is wrong for axe on any page in ${colorScheme}, nor too wide at 320 px`, async ({
    chat,
    visit,
    tolerate,
  }) => {
    test.setTimeout(60_000)
    tolerate(/status of 4(04|22)/)
    const check = async (page: Page, name: string) => {
      await page.emulateMedia({ colorScheme })
      expect([name, await violationsOf(page)]).toEqual([name, []])
      await expectNoSidewaysScroll(page, name)
    }
    const visitor = await visit()
    await visitor.goto('/login')
    await check(visitor, 'log-in')
    await visitor.getByRole('button', { name: 'Log in' }).click()
    await expect(visitor).toHaveTitle(/^Error/)
    await check(visitor, 'refused log-in')
    await visitor.goto('/register')
    await check(visitor, 'registration')

    const { ann, ben, path } = await chat()
    await check(ann, 'empty chat')
    await send(ben, `see https://example.com/${'long'.repeat(40)} ${'W'.repeat(80)}`)
    await send(ann, 'seen by the other')
    await expect(message(ann, 'seen by the other')).toHaveAttribute('data-status', 'seen')
    await ben.goto('/chats')
    await send(ann, 'delivered to the other')
    await expect(message(ann, 'delivered to the other')).toHaveAttribute('data-status', 'delivered')
    await send(ann, 'x'.repeat(5001))
    await expect(ann.locator('#outbox article')).toHaveAttribute('data-status', 'failed')
    await check(ann, 'chat')
    await check(ben, 'chats')
    await ben.goto('/people?q=a')
    await check(ben, 'people')
    await ann.getByRole('button', { name: 'End chat' }).click()
    await check(ann, 'dialog')
    await ann.goto(`${path}/end`)
    await check(ann, 'end')
    await ben.goto(path)
    await ann.getByRole('button', { name: 'End for both' }).click()
    await expect(ben.getByText('ended this chat')).toBeVisible()
    await check(ben, 'chat that is gone')
    await ann.goto('/nowhere')
    await check(ann, 'not found')
  })
}
