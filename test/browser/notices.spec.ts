import type { Page } from '@playwright/test'
import { expect, message, send, test } from '../support/browser/fixtures.js'
import { keepSpeech, takeSpeech } from '../support/browser/ledgers.js'

interface Notice {
  readonly title: string
  readonly options: unknown
}

/** Makes a page record the notifications and sounds that it would show and play. */
async function keepNotices(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const notices: unknown[] = []
    const tones: number[] = []
    Object.assign(window, { notices, tones })
    class Kept extends EventTarget {
      static permission = 'granted'
      static requestPermission = () => Promise.resolve('granted')
      constructor(title: string, options: unknown) {
        super()
        notices.push({ title, options })
      }
      close() {}
    }
    Object.assign(window, { Notification: Kept })
    document.hasFocus = () => false
    const { start } = OscillatorNode.prototype
    OscillatorNode.prototype.start = function (when) {
      tones.push(this.frequency.value)
      start.call(this, when)
    }
  })
}

const kept = (page: Page) =>
  page.evaluate(() => ({ notices: Reflect.get(window, 'notices'), tones: Reflect.get(window, 'tones') }))

test('sounds and notifications come when they are asked for, and never say what a message says', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  expect(await ann.content()).not.toContain('notices-')
  await ann.goto('/settings/notifications')
  await ann.getByRole('checkbox', { name: 'When my message is sent' }).check()
  await ann.getByRole('checkbox', { name: 'When I get a message' }).check()
  await ann.getByRole('switch', { name: 'Desktop notifications' }).check()
  await ann.getByRole('button', { name: 'Save settings' }).click()
  await expect(ann.getByText('Settings saved')).toBeVisible()
  await keepNotices(ann)
  await ann.goto(path)
  await expect(ann.locator('#presence').getByText('Online')).toBeVisible()
  expect(await kept(ann)).toEqual({ notices: [], tones: [] })
  await send(ann, 'mine')
  await expect(message(ann, 'mine')).toHaveAttribute('data-status', 'seen')
  await expect.poll(async () => (await kept(ann)).tones).toEqual([587, 440])
  await send(ben, 'a secret')
  await expect(message(ann, 'a secret')).toBeVisible()
  await expect.poll(async () => (await kept(ann)).tones).toEqual([587, 440, 659, 880])
  const { notices } = await kept(ann)
  const expected: Notice = { title: 'You have a new message', options: { tag: 'message', silent: true } }
  expect(notices).toEqual([expected])
})

test('the settings say whether the browser allows notifications, and ask it by a button alone', async ({ chat }) => {
  const { ann } = await chat()
  await ann.addInitScript(() => {
    const state = { permission: 'default', requestPermission: async () => {} }
    state.requestPermission = async () => {
      state.permission = 'granted'
    }
    Object.assign(window, { Notification: state })
  })
  await keepSpeech(ann)
  await ann.goto('/settings/notifications')
  await expect(ann.getByText('Not allowed in this browser yet.')).toBeVisible()
  await ann.getByRole('button', { name: 'Allow in this browser' }).click()
  await expect(ann.getByText('Allowed in this browser.')).toBeVisible()
  expect(await takeSpeech(ann)).toEqual(['Allowed in this browser.'])
  await expect(ann.getByRole('button', { name: 'Allow in this browser' })).toBeHidden()
})

test('the icon of a page has a dot while something is unread, when it is loaded and later', async ({ chat }) => {
  const { ann, ben, path } = await chat()
  const icon = ann.locator('link[rel=icon]')
  await ann.goto('/settings')
  await expect(icon).toHaveAttribute('href', '/static/icons/icon.svg')
  await send(ben, 'unread')
  await expect(icon).toHaveAttribute('href', '/static/icons/icon-unread.svg')
  await ann.reload()
  await expect(icon).toHaveAttribute('href', '/static/icons/icon-unread.svg')
  await ann.goto(path)
  await expect(message(ann, 'unread')).toBeVisible()
  await expect(icon).toHaveAttribute('href', '/static/icons/icon.svg')
})

test('the settings say that the server tells nobody while the site is closed, where it does not', async ({ chat }) => {
  const { ann } = await chat()
  await ann.goto('/settings/notifications')
  await expect(ann.getByRole('region', { name: 'When the site is closed' }).getByRole('paragraph')).toHaveText([
    "You aren't notified then. The person who runs this server hasn't switched it on.",
  ])
  await expect(ann.getByRole('button', { name: 'Notify me on this device' })).toHaveCount(0)
})
