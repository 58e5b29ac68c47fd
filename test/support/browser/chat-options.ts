import type { Page } from '@playwright/test'
import { expect } from './fixtures.js'

/** Opens the menu of a chat. */
export async function openOptions(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Chat options' }).click()
  await expect(page.getByRole('group', { name: 'Chat options' })).toBeVisible()
}

/** Presses a button or a link in the menu of a chat. */
export async function chooseOption(
  page: Page,
  name: string | RegExp,
  role: 'button' | 'link' = 'button',
): Promise<void> {
  await openOptions(page)
  await page.getByRole('group', { name: 'Chat options' }).getByRole(role, { name }).click()
}
