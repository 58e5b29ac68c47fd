import type { Locator } from '@playwright/test'
import { chooseOption, openOptions } from '../support/browser/chat-options.js'
import { expect, logIn, message, send, startChat, test } from '../support/browser/fixtures.js'

test('two strangers register, find each other, chat and end it', async ({ visit, person, tolerate }) => {
  // A stream that opens has what is in view reported once more, and the chat may have ended by then.
  tolerate(/status of 404 .*\/frames/)
  const ben = await person('Ben')
  const [page, other] = [await visit(), await visit()]
  await page.goto('/')
  await expect(page.getByLabel('Email')).toBeFocused()
  await page.getByRole('link', { name: 'Create an account' }).click()
  await expect(page.getByRole('heading', { name: 'Create an account', level: 1 })).toBeVisible()
  await page.getByLabel('Username').fill('Stranger')
  await page.getByLabel('Email').fill('stranger@example.com')
  const password = page.getByLabel('Password')
  await password.fill('long enough 1')
  await page.getByRole('button', { name: 'Show password' }).click()
  await expect(password).toHaveAttribute('type', 'text')
  await expect(password).toBeFocused()
  await page.getByRole('button', { name: 'Hide password' }).click()
  await expect(password).toHaveAttribute('type', 'password')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await startChat(page, ben)

  await logIn(other, ben)
  await expect(other.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  // Nobody has written yet, so the chat is only in its opener's list.
  await expect(other.getByRole('link', { name: /^Stranger/ })).toHaveCount(0)
  await send(page, 'Hello Ben')
  await expect(other.getByRole('link', { name: /^Stranger.*1 unread/ })).toBeVisible()
  await other.getByRole('link', { name: /^Stranger/ }).click()
  await expect(other.getByRole('heading', { name: 'Chat with Stranger', level: 1 })).toBeVisible()
  const list = other.getByRole('region', { name: 'Messages' }).getByRole('list').first()
  await expect(list.getByRole('article', { name: 'Stranger' })).toContainText('Hello Ben')

  await other.getByRole('textbox', { name: 'Message' }).fill('Hello Stranger')
  await other.getByRole('button', { name: 'Send' }).click()
  await expect(other.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await expect(other.getByRole('textbox', { name: 'Message' })).toHaveValue('')
  const mine = page.getByRole('article', { name: ben.name })
  await expect(mine).toContainText('Hello Stranger')
  await expect(mine).toHaveAttribute('data-message-id', /^[\w-]+$/)
  await expect(mine).toHaveAttribute('data-seq', '2')
  await expect(mine).toContainText('until')

  await other.reload()
  await expect(message(other, 'Hello Ben')).toBeVisible()
  await expect(message(other, 'Hello Stranger')).toBeVisible()
  // Both have reported what they saw: a report that comes after the end finds no chat.
  await expect(message(other, 'Hello Stranger')).toHaveAttribute('data-status', 'seen')
  await expect(message(page, 'Hello Ben')).toHaveAttribute('data-status', 'seen')
  await chooseOption(page, 'End chat')
  await page.getByRole('dialog', { name: 'End this chat?' }).getByRole('button', { name: 'End for both' }).click()
  await expect(page.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await expect(other.getByText('Stranger ended this chat')).toBeVisible()
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
})

test('the dialog that asks before a chat ends can be left, and leaves everything', { tag: '@page' }, async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  await send(ann, 'stays')
  await chooseOption(ann, 'End chat')
  await expect(ann.getByRole('dialog')).toBeVisible()
  await ann.keyboard.press('Escape')
  await expect(ann.getByRole('dialog')).toBeHidden()
  await expect(ann.getByRole('button', { name: 'Chat options' })).toBeFocused()
  await chooseOption(ann, 'End chat')
  await ann.getByRole('button', { name: 'Keep the chat' }).click()
  await expect(ann.getByRole('dialog')).toBeHidden()
  await expect(message(ben, 'stays')).toBeVisible()
})

test('what is pressed and let go elsewhere does nothing', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben, path } = await chat()
  await send(ann, 'stays')
  const content = ann.getByRole('textbox', { name: 'Message' })
  await content.fill('a draft')
  /** Presses something, and lets go on another thing. */
  const miss = async (pressed: Locator, released: Locator) => {
    await pressed.hover()
    await ann.mouse.down()
    await released.hover({ force: true })
    await ann.mouse.up()
  }
  const title = ann.getByRole('heading', { level: 1 })
  for (const name of ['Send', 'Chat options', 'Log out']) await miss(ann.getByRole('button', { name }), title)
  await miss(ann.getByRole('link', { name: 'Settings' }), title)
  await expect(ann.getByRole('group', { name: 'Chat options' })).toBeHidden()
  await expect(content).toHaveValue('a draft')
  await openOptions(ann)
  const end = ann.getByRole('button', { name: 'End chat' })
  await miss(end, ann.getByLabel('Message lifetime'))
  await expect(ann.getByRole('dialog')).toBeHidden()
  await end.click()
  await miss(ann.getByRole('button', { name: 'End for both' }), ann.getByRole('heading', { name: 'End this chat?' }))
  await expect(ann.getByRole('dialog')).toBeVisible()
  await expect(message(ben, 'stays')).toBeVisible()
  expect(new URL(ann.url()).pathname).toBe(path)
})

test('a password can be pasted, and looked at before it is sent', { tag: '@page' }, async ({ visit }) => {
  const page = await visit()
  await page.goto('/login')
  const password = page.getByLabel('Password', { exact: true })
  await page.getByLabel('Email').fill('from a manager')
  await page.getByLabel('Email').press('Control+A')
  await page.keyboard.press('Control+X')
  await password.press('Control+V')
  await expect(password).toHaveValue('from a manager')
  await expect(password).toHaveAttribute('type', 'password')
  await page.getByRole('button', { name: 'Show password' }).click()
  await expect(password).toHaveAttribute('type', 'text')
  await page.getByRole('button', { name: 'Hide password' }).click()
  await expect(password).toHaveAttribute('type', 'password')
})

test('a chat that was ended is gone from both screens and can be opened anew', async ({ chat }) => {
  const { ann, ben, annPerson, benPerson, path } = await chat()
  await send(ann, 'erased')
  // A report that it was seen, on its way when the chat ends, would get 404.
  await expect(message(ann, 'erased')).toHaveAttribute('data-status', 'seen')
  await chooseOption(ann, 'End chat')
  await ann.getByRole('button', { name: 'End for both' }).click()
  await expect(ben.getByText(`${annPerson.name} ended this chat`)).toBeVisible()
  await expect(ben.getByRole('article')).toHaveCount(0)
  await expect(ben.getByRole('textbox', { name: 'Message' })).toBeHidden()
  await expect(ann.getByRole('link', { name: new RegExp(`^${benPerson.name}`) })).toHaveCount(0)
  await ben
    .getByRole('button', { name: `Chat with ${annPerson.name}` })
    .first()
    .click()
  await expect(ben.getByRole('heading', { name: `Chat with ${annPerson.name}`, level: 1 })).toBeVisible()
  await expect(ben.getByRole('article')).toHaveCount(0)
  expect(new URL(ben.url()).pathname).not.toBe(path)
})

test('who logs out on a chat is asked nothing, and the next person there learns nothing of it', {
  tag: '@page',
}, async ({ chat, person, tolerate }) => {
  tolerate(/status of 404/)
  const { ann, benPerson, path } = await chat()
  const stranger = await person('stranger')
  await ann.getByRole('button', { name: 'Log out' }).click()
  await expect(ann.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
  expect(ann.url()).toMatch(/\/login$/)
  await logIn(ann, stranger)
  await ann.goto(path)
  await expect(ann.getByRole('heading', { name: 'Page not found', level: 1 })).toBeVisible()
  await expect(ann.getByRole('main')).not.toContainText(benPerson.name)
})
