import { expect, message, send, test } from '../support/browser/fixtures.js'
import { expectUsable } from '../support/browser/probes.js'

test.use({ serverEnv: { MESSAGE_TTL_MS: '40000' } })

test('either chooses how long messages live, and both are told', async ({ chat }) => {
  const { ann, ben, annPerson } = await chat()
  await ann.getByRole('textbox', { name: 'Message' }).fill('a draft')
  await ben.getByRole('textbox', { name: 'Message' }).fill('another')
  await ann.getByText('Change how long messages live').click()
  await expectUsable(ann, 'how long messages live')
  await ann.getByLabel('New messages are gone after').selectOption({ label: '4 hours' })
  await ann.getByRole('button', { name: 'Set for both' }).click()
  for (const page of [ann, ben]) {
    await expect(page.locator('#presence')).toContainText('gone after 4 hours')
    await expect(page.locator('#about')).toContainText('Messages are gone after 4 hours')
    await expect(page.locator('#lifetime')).toHaveValue('14400000')
  }
  await expect(ann.locator('#list .event')).toHaveText('You changed how long messages live: 4 hours')
  await expect(ben.locator('#list .event')).toHaveText(`${annPerson.name} changed how long messages live: 4 hours`)
  await expect(ann.getByRole('button', { name: 'Set for both' })).toBeHidden()
  await expect(ann.locator('summary')).toBeFocused()
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(ann.getByRole('textbox', { name: 'Message' })).toHaveValue('a draft')
  await send(ben, 'lives long')
  await expect(message(ann, 'lives long')).toBeVisible()
  await expect(ann.locator('#list .event + li article')).toHaveCount(1)
})

test('one warning with one button keeps messages for both', { tag: '@long' }, async ({ chat }) => {
  test.setTimeout(90_000)
  const { ann, ben } = await chat()
  await send(ann, 'worth keeping')
  await expect(message(ben, 'worth keeping')).toBeVisible()
  await ben.getByRole('textbox', { name: 'Message' }).fill('in the middle of a sentence')
  const keep = (page: typeof ann) => page.getByRole('button', { name: 'Keep for as long again' })
  for (const page of [ann, ben]) {
    await expect(keep(page)).toBeVisible({ timeout: 25_000 })
    await expect(page.getByRole('status').filter({ hasText: 'Messages will be gone within 20 seconds' })).toBeVisible()
  }
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expectUsable(ann, 'warning')
  await keep(ann).focus()
  await ann.keyboard.press('Enter')
  for (const page of [ann, ben]) {
    await expect(message(page, 'worth keeping')).toContainText('kept until')
    await expect(keep(page)).toHaveCount(0)
  }
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await ann.waitForTimeout(21_000)
  await expect(message(ann, 'worth keeping')).toBeVisible()
  await expect(message(ben, 'worth keeping')).toBeVisible()
})

test('without JavaScript the same is done by forms', async ({ chat, visit }) => {
  test.setTimeout(60_000)
  const { ann, ben, path } = await chat()
  await send(ben, 'hello')
  await expect(message(ann, 'hello')).toBeVisible()
  const plain = await visit({ javaScriptEnabled: false })
  await plain.context().addCookies(await ann.context().cookies())
  await plain.goto(path)
  await plain.locator('summary').click()
  await plain.getByLabel('New messages are gone after').selectOption({ label: '5 minutes' })
  await plain.getByRole('button', { name: 'Set for both' }).click()
  await expect(plain.locator('#presence')).toContainText('gone after 5 minutes')
  await expect(ben.locator('#presence')).toContainText('gone after 5 minutes')
  await expect(async () => {
    await plain.goto(path)
    await expect(plain.getByRole('button', { name: 'Keep for as long again' })).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 25_000 })
  await plain.getByRole('button', { name: 'Keep for as long again' }).click()
  await expect(message(plain, 'hello')).toContainText('kept until')
  await expect(message(ben, 'hello')).toContainText('kept until')
})
