import { expect, message, send, test } from './fixtures.js'

test('what goes over five a second waits and goes out by itself, in order and once', async ({ chat }) => {
  const { ann, ben } = await chat()
  const texts = Array.from({ length: 8 }, (_, index) => `burst ${index}`)
  for (const text of texts) await send(ann, text)
  await expect(ben.getByRole('article').locator('.text')).toHaveText(texts)
  await expect(ann.getByRole('article').locator('.text')).toHaveText(texts)
  await expect(ann.locator('#outbox > *')).toHaveCount(0)
})

test('a message too long is not sent, says why, keeps its text, and can be tried again', async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ann, 'x'.repeat(5001))
  const bubble = ann.locator('#outbox article')
  await expect(bubble).toHaveAttribute('data-status', 'failed')
  await expect(bubble).toContainText('Not sent')
  await expect(bubble).toContainText('At most 5000 characters')
  await expect(bubble).toContainText('x'.repeat(5001))
  await expect(bubble.getByRole('button', { name: 'Try again' })).toBeVisible()
  await expect(message(ben, 'xxx')).toHaveCount(0)
})
