import { openOptions } from '../support/browser/chat-options.js'
import { expect, message, send, test } from '../support/browser/fixtures.js'
import { keepFocus, readFocus } from '../support/browser/ledgers.js'

test('what is pushed leaves the menu of the chat open, and the focus in it', async ({ chat }) => {
  const { ann, ben } = await chat()
  await openOptions(ann)
  await ann.getByLabel('Message lifetime').focus()
  await keepFocus(ann)
  await send(ben, 'pushed')
  await openOptions(ben)
  await ben.getByLabel('Message lifetime').selectOption({ label: '4 hours' })
  await ben.getByRole('button', { name: 'Apply for both of you' }).click()
  await expect(ann.getByLabel('Message lifetime')).toHaveValue('14400000')
  await expect(ann.getByLabel('Message lifetime')).toBeFocused()
  await expect(ann.getByRole('group', { name: 'Chat options' })).toBeVisible()
  expect(await readFocus(ann)).toHaveLength(1)
})

test('updates can be paused in the menu and go on by a button on the page, and the focus is never lost', async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  const button = (name: string) => ann.getByRole('button', { name })
  await openOptions(ann)
  await button('Pause updates').focus()
  await ann.keyboard.press('Enter')
  await expect(button('Resume updates')).toBeVisible()
  await expect(button('Chat options')).toBeFocused()
  await send(ben, 'while you read')
  // It may be delivered, to the list of chats, but not seen.
  await expect(message(ben, 'while you read')).toHaveAttribute('data-status', /^(sent|delivered)$/)
  await send(ann, 'written meanwhile')
  await expect(message(ann, 'written meanwhile')).toBeVisible()
  await expect(message(ann, 'while you read')).toHaveCount(0)
  await button('Resume updates').focus()
  await ann.keyboard.press('Enter')
  await expect(message(ann, 'while you read')).toBeVisible()
  await expect(ann.getByRole('article').locator('.text')).toHaveText(['while you read', 'written meanwhile'])
  await expect(button('Resume updates')).toHaveCount(0)
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
  await expect(message(ben, 'while you read')).toHaveAttribute('data-status', 'seen')
})
