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

  const erase = (page: typeof ann) => page.getByRole('switch', { name: 'Erase when we have both left' })
  await erase(ann).focus()
  const node = await erase(ann).elementHandle()
  for (const isOn of [false, true]) {
    await openOptions(ben)
    await erase(ben).setChecked(isOn)
    await expect(erase(ann)).toBeChecked({ checked: isOn })
    await ben.keyboard.press('Escape')
  }
  // Once it was set by hand it goes on following the other.
  await openOptions(ben)
  await erase(ann).press('Space')
  await expect(erase(ben)).not.toBeChecked()
  await erase(ben).check()
  await expect(erase(ann)).toBeChecked()
  await expect(erase(ann)).toBeFocused()
  expect(await node?.evaluate(each => each.isConnected)).toBe(true)
})

test('a choice in the menu of the chat that does not reach the server is shown as it was before', async ({
  chat,
  tolerate,
}) => {
  tolerate(/ERR_FAILED|Failed to fetch|status of 429/)
  const { ann } = await chat()
  await openOptions(ann)
  const erase = ann.getByRole('switch', { name: 'Erase when we have both left' })
  await ann.route('**/erase', route => route.abort())
  const failure = ann.waitForEvent('requestfailed')
  await erase.press('Space')
  await failure
  await expect(erase).toBeChecked()
  await ann.route('**/lifetime', route => route.fulfill({ status: 429 }))
  await ann.getByLabel('Message lifetime').selectOption({ label: '4 hours' })
  const refusal = ann.waitForResponse('**/lifetime')
  await ann.getByRole('button', { name: 'Apply for both of you' }).click()
  await refusal
  await expect(ann.locator('#lifetime')).toHaveValue('3600000')
})

test('the menu of the chat closes when Tab leaves it, a click is beside it, or by Escape, which gives the focus back', async ({
  chat,
}) => {
  const { ann } = await chat()
  const menu = ann.getByRole('group', { name: 'Chat options' })
  await openOptions(ann)
  await menu.getByRole('button', { name: 'End chat' }).focus()
  await ann.keyboard.press('Tab')
  await expect(menu).toBeHidden()
  await openOptions(ann)
  await ann.locator('#messages').click()
  await expect(menu).toBeHidden()
  await openOptions(ann)
  await menu.getByLabel('Message lifetime').focus()
  await ann.keyboard.press('Escape')
  await expect(menu).toBeHidden()
  await expect(ann.getByRole('button', { name: 'Chat options' })).toBeFocused()
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

test('the header is one row of 56 px, with larger text as high as that, and that of the list holds what wraps', async ({
  chat,
}) => {
  const { ann } = await chat()
  const height = () => ann.locator('.chat .bar').evaluate(bar => bar.getBoundingClientRect().height)
  for (const width of [1280, 390, 320]) {
    await ann.setViewportSize({ width, height: 720 })
    expect([width, await height()]).toEqual([width, 56])
  }
  const enlarge = () => ann.evaluate(() => document.documentElement.setAttribute('data-size', 'larger'))
  await enlarge()
  expect(await height()).toBe(84)
  await ann.goto('/chats')
  await enlarge()
  expect(await ann.locator('.side .bar').evaluate(bar => bar.scrollHeight - bar.clientHeight)).toBe(0)
})

test('while the connection is down nobody is shown as online, and then they are again', async ({ chat, tolerate }) => {
  tolerate(/WebSocket|ERR_|htmx|Failed to fetch/)
  const { ann, ben } = await chat()
  await send(ben, 'a chat in the list')
  const dot = ann.locator('#chats .dot')
  await expect(dot).toBeVisible()
  await ann.context().setOffline(true)
  await ann.evaluate(() => {
    const live = document.getElementById('live')
    live?._htmx?.ws?.connection?.socket?.close()
    live?._htmx?.sse?.reader?.cancel()
  })
  await expect(ann.locator('#connection')).toHaveText('Reconnecting')
  for (const place of [ann.locator('#presence'), dot]) await expect(place).toBeHidden()
  await expect(ann.getByRole('link', { name: /Online/ })).toHaveCount(0)
  await ann.context().setOffline(false)
  await expect(ann.locator('#presence')).toHaveText('Online')
  await expect(dot).toBeVisible()
})
