import type { Page } from '@playwright/test'
import { expect, logIn, message, test } from '../support/browser/fixtures.js'

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const phone = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } }

test('on a phone Enter begins a new line, unless the person has chosen that it sends', async ({ chat, visit }) => {
  const { annPerson, path } = await chat()
  const page = await visit(phone)
  await logIn(page, annPerson)
  await page.goto(path)
  await expect(composer(page)).toHaveAttribute('enterkeyhint', 'enter')
  await composer(page).pressSequentially('first')
  await composer(page).press('Enter')
  await composer(page).pressSequentially('second')
  await expect(composer(page)).toHaveValue('first\nsecond')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(message(page, 'second')).toHaveAttribute('data-status', /sent|delivered|seen/)
  await composer(page).pressSequentially('by a keyboard')
  await composer(page).press('Control+Enter')
  await expect(message(page, 'by a keyboard')).toHaveAttribute('data-status', /sent|delivered|seen/)

  await page.goto('/settings')
  await page.getByRole('group', { name: 'Key that sends' }).getByLabel('Enter', { exact: true }).check()
  await page.getByRole('button', { name: 'Save settings' }).click()
  await expect(page.getByText('Your settings are saved')).toBeVisible()
  await page.goto(path)
  await expect(composer(page)).toHaveAttribute('enterkeyhint', 'send')
  await composer(page).pressSequentially('by Enter alone')
  await composer(page).press('Enter')
  await expect(message(page, 'by Enter alone')).toHaveAttribute('data-status', /sent|delivered|seen/)
})

test('with a keyboard Enter sends, and says so', async ({ chat }) => {
  const { ann } = await chat()
  await expect(composer(ann)).toHaveAttribute('enterkeyhint', 'send')
  await composer(ann).fill('sent')
  await composer(ann).press('Enter')
  await expect(message(ann, 'sent')).toBeVisible()
})
