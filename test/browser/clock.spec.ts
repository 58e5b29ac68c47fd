import type { Page } from '@playwright/test'
import { clockSteps } from '../field/clock-steps.js'
import { test } from '../support/browser/faulty-chat.js'
import { expect, message, send } from '../support/browser/fixtures.js'
import { openPicture } from '../support/browser/picture-choice.js'

/** Sets the machine's clock, as far as a page can tell. */
const setClock = (page: Page, stepMs: number) =>
  page.evaluate(step => {
    const now = Date.now
    Date.now = () => now() + step
    dispatchEvent(new Event('focus'))
  }, stepMs)
/** A message, hidden or not. */
const held = (page: Page, text: string) => page.locator('#list article').filter({ hasText: text })
const preview = (page: Page) => page.locator('#chats .last')

for (const { name, stepMs } of clockSteps) {
  test(`the clock set ${name} takes no living message off the page, nor out of the list of chats`, async ({
    faultyChat,
  }) => {
    const { ann, ben } = await faultyChat()
    await send(ann, 'still here')
    await send(ben, 'so is this')
    await expect(message(ann, 'so is this')).toBeVisible()
    await setClock(ann, stepMs)
    for (const text of ['still here', 'so is this']) {
      await expect(held(ann, text)).toBeAttached()
      await expect(message(ann, text)).toBeVisible({ timeout: 10_000 })
    }
    await expect(preview(ann)).toHaveText('so is this')
    await expect(preview(ann)).toBeVisible({ timeout: 10_000 })
    // It goes on by the clock as it is now.
    await send(ben, 'and this')
    await expect(message(ann, 'and this')).toBeVisible()
  })
}

test('without a connection what may be gone stays hidden, in the large viewer too, until the server says what lives', async ({
  faultyChat,
}) => {
  const { ann, ben, benClient, path, faults } = await faultyChat()
  const viewer = await openPicture(benClient, path, ann)
  await send(ben, 'lives')
  await send(ben, 'is taken back')
  await expect(message(ann, 'is taken back')).toBeVisible()
  faults.isDown = true
  faults.cut()
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  await setClock(ann, 3_600_000)
  await expect(viewer).toBeHidden()
  for (const text of ['lives', 'is taken back']) await expect(held(ann, text)).toBeHidden()
  await ann.waitForTimeout(4000)
  for (const text of ['lives', 'is taken back']) {
    await expect(held(ann, text)).toBeAttached()
    await expect(held(ann, text)).toBeHidden()
  }
  await expect(preview(ann)).toBeHidden()
  // The clock is set right: what it was meanwhile nobody knows.
  await setClock(ann, -3_600_000)
  for (const text of ['lives', 'is taken back']) await expect(held(ann, text)).toBeHidden()
  const id = await held(ann, 'is taken back').getAttribute('data-message-id')
  await benClient.post(`${path}/messages/${id}/unsend`, {}, path)
  faults.heal()
  await expect(message(ann, 'lives')).toBeVisible({ timeout: 10_000 })
  await expect(held(ann, 'is taken back')).toHaveCount(0)
  await expect(preview(ann)).toHaveText('lives')
})
