import type { Page } from '@playwright/test'

/** Presses Tab, or Shift+Tab, until something with this name has the focus; returns how often. */
export async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<number> {
  const nameOf = () =>
    page.evaluate(() => {
      const active = document.activeElement
      const label = active instanceof HTMLInputElement ? active.labels?.[0]?.textContent : ''
      return (active?.getAttribute('aria-label') || label || active?.textContent || '').trim()
    })
  for (let count = 1; count <= 40; count += 1) {
    await page.keyboard.press(key)
    if ((await nameOf()).endsWith(name)) return count
  }
  throw new Error(`${key} never comes to ${name}`)
}

/** Types this, then presses Tab until something with the name `next` has the focus; returns how often. */
export async function typeAndTab(page: Page, text: string, next: string): Promise<number> {
  await page.keyboard.type(text)
  return tabTo(page, next)
}
