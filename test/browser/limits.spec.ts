import { chooseOption } from '../support/browser/chat-options.js'
import { expect, message, send, servers, test } from '../support/browser/fixtures.js'

test.use({ serverEnv: servers.ofDefaultPace })

test('a message too long is not sent, says why, keeps its text, and can be tried again', async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ann, 'x'.repeat(5001))
  const bubble = ann.locator('.pending article')
  await expect(bubble).toHaveAttribute('data-status', 'failed')
  await expect(bubble).toContainText('Not sent')
  await expect(bubble).toContainText('at most 5000 characters')
  await expect(bubble).toContainText('x'.repeat(5001))
  await expect(bubble.getByRole('button', { name: 'Try again' })).toBeVisible()
  await expect(message(ben, 'xxx')).toHaveCount(0)
})

test('a message that was not sent stays where it was sent, also when the list comes anew, until it is tried again', async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  await send(ben, 'before')
  await expect(message(ann, 'before')).toBeVisible()
  const unsent = '-'.repeat(5001)
  await send(ann, unsent)
  const texts = ann.getByRole('article').locator('.text')
  await send(ben, 'after')
  await expect(texts).toHaveText(['before', unsent, 'after'])
  // Whoever goes on after a pause gets the whole list anew.
  await chooseOption(ann, 'Pause updates')
  await send(ben, 'last')
  await ann.getByRole('button', { name: 'Resume updates' }).click()
  await expect(texts).toHaveText(['before', unsent, 'after', 'last'])
  await ann.getByRole('button', { name: 'Edit' }).click()
  await expect(texts).toHaveText(['before', 'after', 'last'])
})

for (const [what, text] of [
  ['is too long', 'x'.repeat(5001)],
  ['would be too long a frame', 'x'.repeat(40_000)],
  ['holds what no message may', 'a bell\u0007rings'],
] as const) {
  test(`a message that ${what} lets what is written after it go, also when the page comes anew`, async ({ chat }) => {
    const { ann, ben } = await chat()
    await send(ann, text)
    await send(ann, 'written after')
    await expect(message(ben, 'written after')).toBeVisible()
    await ann.reload()
    await expect(ann.locator('.pending article')).toContainText('Not sent')
    await send(ann, 'written anew')
    await expect(message(ben, 'written anew')).toBeVisible()
    await expect(ann.locator('.pending article')).toHaveCount(1)
  })
}

test('a message that was refused is taken back to be written anew, before what is being written, with its quote', {
  tag: '@page',
}, async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'a question')
  await message(ann, 'a question').focus()
  await ann.keyboard.press('Enter')
  await ann.keyboard.press('Enter')
  await expect(ann.locator('#replying')).toContainText('a question')
  await send(ann, `too long ${'x'.repeat(5000)}`)
  await ann.getByRole('textbox', { name: 'Message' }).fill('half a thought')
  await ann.getByRole('button', { name: 'Edit' }).click()
  await expect(ann.locator('.pending')).toHaveCount(0)
  const composer = ann.getByRole('textbox', { name: 'Message' })
  await expect(composer).toBeFocused()
  await expect(composer).toHaveValue(`too long ${'x'.repeat(5000)}\nhalf a thought`)
  await expect(ann.locator('#replying')).toContainText('a question')
  await send(ann, 'short enough')
  await expect(message(ben, 'short enough').getByRole('link', { name: 'a question' })).toBeVisible()
})
