// Long because every case of one behaviour stands here.
import type { Page } from '@playwright/test'
import { chooseOption } from '../support/browser/chat-options.js'
import { expect, message, send, sendMany, test } from '../support/browser/fixtures.js'
import { tabTo, typeAndTab } from '../support/browser/key-presses.js'
import { keepFocus, readFocus } from '../support/browser/ledgers.js'

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })

const optionsOf = (page: Page, text: string) => message(page, text).getByRole('button', { name: 'Message options' })

/** Deletes one's own message for both by its options. */
async function deleteForBoth(page: Page, text: string): Promise<void> {
  const own = message(page, text).first()
  const id = await own.getAttribute('data-message-id')
  await own.focus()
  await page.keyboard.press('Enter')
  await expect(own.getByRole('button', { name: 'Reply' })).toBeFocused()
  await own.getByRole('button', { name: 'Delete for both' }).press('Enter')
  await expect(page.locator(`[data-message-id="${id}"]`)).toHaveCount(0)
}

test('a newcomer sends a first message after 4 actions and at most 8 key presses beside typing', async ({
  visit,
  person,
}) => {
  const ben = await person('First')
  const page = await visit()
  await page.goto('/')
  await expect(page.getByLabel('Email')).toBeFocused()
  let actions = 0
  const act = async () => {
    actions += 1
    await page.keyboard.press('Enter')
  }
  let tabs = await tabTo(page, 'Create an account', 'Shift+Tab')
  await act()
  await expect(page.getByLabel('Username')).toBeFocused()
  tabs += await typeAndTab(page, 'First-By-Keys', 'Email')
  tabs += await typeAndTab(page, 'first-by-keys@example.com', 'Password')
  await page.keyboard.type('long enough 1')
  await act()
  await expect(page.getByRole('searchbox', { name: 'Find people' })).toBeFocused()
  await page.keyboard.type(ben.name)
  await expect(page.getByText('1 person found')).toBeVisible()
  tabs += await tabTo(page, `Chat with ${ben.name}`)
  await act()
  await expect(composer(page)).toBeFocused()
  await page.keyboard.type('Hello')
  await act()
  await expect(message(page, 'Hello')).toHaveAttribute('data-status', 'sent')
  expect(actions).toBe(4)
  expect(actions + tabs).toBeLessThanOrEqual(8)
})

test('by keyboard alone one finds somebody, writes, reads back, ends the chat and logs out', async ({
  visit,
  person,
}) => {
  const [ann, ben] = [await person('By'), await person('Keys')]
  const page = await visit()
  await page.goto('/login')
  await expect(page.getByLabel('Email')).toBeFocused()
  await typeAndTab(page, ann.email, 'Password')
  await page.keyboard.type(ann.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('searchbox', { name: 'Find people' })).toBeFocused()
  await tabTo(page, 'Skip to content', 'Shift+Tab')
  await tabTo(page, 'Find people')
  await page.keyboard.type(ben.name)
  await expect(page.getByText('1 person found')).toBeVisible()
  await tabTo(page, `Chat with ${ben.name}`)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: `Chat with ${ben.name}`, level: 1 })).toBeVisible()

  await tabTo(page, 'Message')
  for (const text of ['first', 'second', 'third']) {
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    await expect(message(page, text)).toHaveAttribute('data-status', 'sent')
  }
  await expect(composer(page)).toBeFocused()
  await expect(composer(page)).toHaveValue('')
  await page.keyboard.press('Shift+Tab')
  for (let count = 0; count < 10; count += 1) {
    if (await page.getByRole('region', { name: 'Messages' }).evaluate(each => each === document.activeElement)) break
    await page.keyboard.press('Shift+Tab')
  }
  for (const [key, text] of [
    ['ArrowUp', 'third'],
    ['ArrowUp', 'second'],
    ['Home', 'first'],
    ['End', 'third'],
    ['ArrowUp', 'second'],
    ['ArrowDown', 'third'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(message(page, text)).toBeFocused()
  }
  await page.keyboard.press('Escape')
  await expect(composer(page)).toBeFocused()

  await page.keyboard.press('Control+Home')
  await page.evaluate(() => document.getElementById('main')?.focus())
  const options = page.getByRole('button', { name: 'Chat options' })
  await tabTo(page, 'Chat options')
  await page.keyboard.press('Enter')
  await tabTo(page, `Block ${ben.name}`)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('group', { name: 'Chat options' })).toBeHidden()
  await expect(options).toBeFocused()
  await page.keyboard.press('Enter')
  await tabTo(page, 'End chat')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'End this chat?' })
  await expect(dialog).toHaveAccessibleDescription(/^All messages are erased at once/)
  // Enter once more would end nothing.
  const keep = dialog.getByRole('button', { name: 'Keep the chat' })
  await expect(keep).toBeFocused()
  await expect(keep).toHaveAccessibleDescription(/^All messages are erased at once/)
  await page.keyboard.press('Escape')
  await expect(options).toBeFocused()
  await page.keyboard.press('Enter')
  await tabTo(page, 'End chat')
  await page.keyboard.press('Enter')
  await tabTo(page, 'End for both')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await tabTo(page, 'Log out')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
})

test('whatever is pushed, the focus, the draft and the caret are where they were', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  await send(ann, 'to be seen')
  await expect(message(ann, 'to be seen')).toHaveAttribute('data-status', 'seen')
  await composer(ann).fill('half a sentence')
  await composer(ann).evaluate((element: HTMLTextAreaElement) => element.setSelectionRange(4, 6))
  await keepFocus(ann)
  await composer(ben).press('x')
  await expect(ann.getByText('is typing').first()).toBeVisible()
  await sendMany(ben, 20, 'pushed')
  await expect(message(ann, 'pushed 19')).toBeVisible()
  await deleteForBoth(ben, 'pushed 19')
  await expect(message(ann, 'pushed 19')).toHaveCount(0)
  await ben.goto('/chats')
  await ben.goto(path)
  await expect(ann.locator('#presence').getByText('Online')).toBeVisible()
  expect(await readFocus(ann)).toEqual(['content half a sentence|4-6'])
})

test('a focused message that is deleted hands on its focus: to the next, to the one before, to the list', async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  await sendMany(ben, 3, 'row')
  await expect(message(ann, 'row 2')).toBeVisible()
  await message(ann, 'row 1').focus()
  await keepFocus(ann)
  await deleteForBoth(ben, 'row 1')
  await expect(message(ann, 'row 2')).toBeFocused()
  await deleteForBoth(ben, 'row 2')
  await expect(message(ann, 'row 0')).toBeFocused()
  await deleteForBoth(ben, 'row 0')
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
  const places = await readFocus(ann)
  expect(places).toHaveLength(4)
  expect(places).not.toContain('BODY')
})

test('the options of every message are there for the ear, and Tab meets those of the focused message alone', async ({
  chat,
}) => {
  const { ann } = await chat()
  for (const text of ['first', 'second', 'third']) await send(ann, text)
  await expect(ann.getByRole('article')).toHaveCount(3)
  await expect(ann.getByRole('button', { name: 'Message options' })).toHaveCount(3)
  await message(ann, 'second').focus()
  await ann.keyboard.press('Tab')
  await expect(optionsOf(ann, 'second')).toBeFocused()
  await ann.keyboard.press('Enter')
  const menu = message(ann, 'second').locator('.message-menu')
  for (const name of ['Reply', 'Copy', 'Delete for both']) {
    await expect(menu.getByRole('button', { name })).toBeFocused()
    await ann.keyboard.press('Tab')
  }
  await expect(ann.getByLabel('Add image')).toBeFocused()
  await expect(menu).toBeHidden()
  await ann.keyboard.press('Shift+Tab')
  await expect(ann.getByRole('region', { name: 'Messages' })).toBeFocused()
})

test('a letter, a figure or a sign does nothing where nothing is written', { tag: '@page' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await send(ben, 'hello')
  await expect(message(ann, 'hello')).toBeVisible()
  const look = () =>
    ann.evaluate(() => {
      const at = document.activeElement
      const { value } = document.querySelector<HTMLTextAreaElement>('#content') ?? {}
      const opened = document.querySelectorAll(':popover-open, dialog[open], details[open]').length
      return [
        location.href,
        at?.id || at?.outerHTML.slice(0, 80),
        opened,
        value,
        document.querySelector('#list')?.textContent,
      ]
    })
  for (const place of [
    message(ann, 'hello'),
    ann.getByRole('region', { name: 'Messages' }),
    ann.getByRole('button', { name: 'Chat options' }),
    ann.getByRole('link', { name: 'Settings' }),
    ann.getByLabel('Add image'),
  ]) {
    await place.focus()
    const before = await look()
    for (const key of 'abcdefghijklmnopqrstuvwxyz0123456789.,;:/?!+-*#@[]') await ann.keyboard.press(key)
    expect(await look()).toEqual(before)
  }
})

test('where the script of the options cannot be loaded, the server opens them', async ({ chat, tolerate }) => {
  const { ann } = await chat()
  tolerate(/ERR_FAILED/)
  await ann.route('**/message-options-*.js*', route => route.abort())
  await send(ann, 'first')
  // What changes while the page loads is drawn anew, without the menu.
  await expect(message(ann, 'first')).toContainText('Seen')
  await optionsOf(ann, 'first').click()
  await expect(ann).toHaveURL(/options=1/)
  await expect(message(ann, 'first').getByRole('button', { name: 'Reply' })).toBeVisible()
})

test('a menu that the server has opened stays open, with the focus, though the list changes before the page’s scripts are there', {
  tag: '@page',
}, async ({ chat }) => {
  const { ann, ben, path } = await chat()
  await send(ben, 'first')
  await expect(message(ann, 'first')).toBeVisible()
  const heldBack = async (script: string) => {
    let release = () => {}
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    await ann.route(script, async route => {
      await released
      await route.continue()
    })
    return release
  }
  const [releaseApp, releaseTools] = [await heldBack('**/app-*.js'), await heldBack('**/chat-tools-*.js')]
  await ann.goto(`${path}?options=1`, { waitUntil: 'commit' })
  const reply = message(ann, 'first').getByRole('button', { name: 'Reply' })
  await expect(reply).toBeFocused()
  await send(ben, 'second')
  releaseApp()
  await expect(message(ann, 'second')).toBeVisible()
  releaseTools()
  await expect(reply).toBeFocused()
  await expect(ann.locator('.message-menu')).toHaveCount(1)
})

test('by keyboard alone a message is copied and answered, the quote leads to it, and goes with it', async ({
  chat,
}) => {
  const { ann, ben } = await chat()
  await ben.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await send(ann, 'shall we meet?')
  await message(ben, 'shall we meet?').focus()
  await expect(ben.locator('#messages')).not.toHaveAttribute('data-options')
  await ben.keyboard.press('ContextMenu')
  await ben.keyboard.press('ArrowDown')
  await ben.keyboard.press('Tab')
  await expect(message(ben, 'shall we meet?').getByRole('button', { name: 'Copy' })).toBeFocused()
  await ben.keyboard.press('Enter')
  await expect(ben.locator('#announcer')).toHaveText('Copied')
  expect(await ben.evaluate(() => navigator.clipboard.readText())).toBe('shall we meet?')
  await expect(message(ben, 'shall we meet?')).toBeFocused()

  const replying = ben.locator('#replying')
  const begin = async () => {
    await message(ben, 'shall we meet?').first().focus()
    await ben.keyboard.press('Enter')
    await ben.keyboard.press('Enter')
    await expect(composer(ben)).toBeFocused()
    await expect(replying).toContainText('shall we meet?')
  }
  await begin()
  await ben.keyboard.press('Shift+Tab')
  await ben.getByRole('link', { name: 'Cancel reply' }).press('Enter')
  await expect(replying).toBeEmpty()
  await expect(composer(ben)).toBeFocused()
  await begin()
  await send(ben, 'yes, at ten')
  await expect(replying).toBeEmpty()
  const quote = message(ann, 'yes, at ten').getByRole('link', { name: 'shall we meet?' })
  await quote.press('Enter')
  await expect(message(ann, 'shall we meet?').first()).toBeFocused()
  expect(new URL(ann.url()).search).toBe('')

  await begin()
  await deleteForBoth(ann, 'shall we meet?')
  await expect(message(ben, 'yes, at ten')).not.toContainText('shall we meet?')
  await expect(replying).toBeEmpty()
})

test('who was writing when the other ends the chat is at the words that say so, and Tab is at what can be done', async ({
  chat,
}) => {
  const { ann, ben, benPerson } = await chat()
  await ann.getByRole('textbox', { name: 'Message' }).fill('half a thought')
  await chooseOption(ben, 'End chat')
  await ben.getByRole('button', { name: 'End for both' }).click()
  await expect(ann.locator('#gone')).toBeFocused()
  await expect(composer(ann)).toBeVisible()
  await expect(composer(ann)).toHaveValue('half a thought')
  await expect(ann.getByText('No messages. Write one below.')).toBeHidden()
  await ann.keyboard.press('Tab')
  await expect(ann.locator('#reopen').getByRole('button', { name: `Chat with ${benPerson.name}` })).toBeFocused()
})

test('who was asked whether to end a chat that the other has just ended is asked no more', async ({ chat }) => {
  const { ann, ben } = await chat()
  await chooseOption(ann, 'End chat')
  await expect(ann.getByRole('dialog')).toBeVisible()
  await chooseOption(ben, 'End chat')
  await ben.getByRole('button', { name: 'End for both' }).click()
  await expect(ann.getByRole('dialog')).toBeHidden()
  await expect(ann.locator('#gone')).toBeFocused()
})
