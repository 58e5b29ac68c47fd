import type { Page } from '@playwright/test'
import { expect, logIn, message, startChat, test } from '../support/browser/fixtures.js'

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
  await expect(page.getByText('Settings saved')).toBeVisible()
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

test('after a journey times are of the zone where the browser is now, unless the person has chosen one', async ({
  person,
  visit,
}) => {
  const [ann, ben] = [await person('Ann'), await person('Ben')]
  const home = await visit({ timezoneId: 'Asia/Kolkata' })
  await logIn(home, ann)
  await startChat(home, ben)
  const from = Date.now()
  await composer(home).fill('what time is it?')
  await composer(home).press('Enter')
  await expect(message(home, 'what time is it?')).toHaveAttribute('data-status', 'sent')
  const to = Date.now()
  const storageState = await home.context().storageState()
  const away = await visit({ timezoneId: 'America/New_York', storageState })
  const loads: string[] = []
  away.on('load', page => loads.push(page.url()))
  const time = message(away, 'what time is it?').locator('time')
  const expectZone = async (timeZone: string) => {
    const inZone = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
    await expect(time).toHaveText(new RegExp(`^(${inZone.format(from)}|${inZone.format(to)})\\s`))
  }
  await away.goto(new URL(home.url()).pathname)
  await expectZone('America/New_York')
  await away.goto(new URL(home.url()).pathname)
  await expectZone('America/New_York')
  expect(loads.length).toBeLessThanOrEqual(3)

  await away.goto('/settings')
  await away.getByLabel('Time zone').selectOption('Europe/Berlin')
  await away.getByRole('button', { name: 'Save settings' }).click()
  await expect(away.getByText('Settings saved')).toBeVisible()
  await away.goto(new URL(home.url()).pathname)
  await expectZone('Europe/Berlin')
})
