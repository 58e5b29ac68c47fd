// Long because every state of one switch is tried here.
import { createECDH, randomBytes } from 'node:crypto'
import type { Page } from '@playwright/test'
import { expect, logIn, message, send, test } from '../support/browser/fixtures.js'
import { keepSpeech, takeSpeech } from '../support/browser/ledgers.js'
import { expectUsable } from '../support/browser/probes.js'
import { PushedWorker, wholeChromium } from '../support/browser/service-worker.js'

test.describe.configure({ mode: 'default' })
test.use({ launchOptions: wholeChromium, serverEnv: { PUSH_CONTACT: 'mailto:ops@example.com' } })

const start = 'Notify me on this device when the site is closed'
const stop = 'Stop notifying me on this device'
const knownService = 'https://fcm.googleapis.com/fcm/send/'

/** Has the browser's push service, which cannot be reached, answer from the page; counts how often the person is asked. */
async function answerForPushService(page: Page, service = knownService): Promise<void> {
  const browserKeys = createECDH('prime256v1')
  browserKeys.generateKeys()
  const subscription = {
    endpoint: service + randomBytes(16).toString('hex'),
    keys: { p256dh: browserKeys.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
  }
  await page.addInitScript(given => {
    const bytesOf = (key: string) =>
      Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
    const made = (key: string) => ({
      options: { applicationServerKey: bytesOf(key).buffer },
      endpoint: given.endpoint,
      toJSON: () => given,
      unsubscribe: async () => {
        localStorage.removeItem('subscribed')
        return true
      },
    })
    Object.assign(PushManager.prototype, {
      subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
        localStorage.setItem('subscribed', applicationServerKey)
        return made(applicationServerKey)
      },
      getSubscription: async () => {
        const key = localStorage.getItem('subscribed')
        return key === null ? null : made(key)
      },
    })
    const { requestPermission } = Notification
    Notification.requestPermission = () => {
      document.documentElement.dataset.asked = 'yes'
      return requestPermission.call(Notification)
    }
  }, subscription)
}

const statusOf = (page: Page) => page.locator('#device-status')
const asked = (page: Page) => page.evaluate(() => document.documentElement.dataset.asked)
const isRegistered = (page: Page) =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistration()) !== undefined)

test('a person switches it on by a click, finds it on later, and switches it off', { tag: '@own' }, async ({
  chat,
}) => {
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await answerForPushService(ann)
  await ann.goto('/settings/notifications')
  await expect(statusOf(ann)).toHaveText('Off in this browser.')
  expect([await asked(ann), await isRegistered(ann)]).toEqual([undefined, false])
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  expect(await asked(ann)).toBe('yes')
  await expect(ann.getByRole('button', { name: stop })).toBeFocused()
  await ann.reload()
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  expect(await asked(ann)).toBe(undefined)
  await ann.getByRole('button', { name: stop }).click()
  await expect(statusOf(ann)).toHaveText('Off in this browser.')
  await expect(ann.getByRole('button', { name: start })).toBeFocused()
  expect(await isRegistered(ann)).toBe(false)
  await ann.reload()
  await expect(statusOf(ann)).toHaveText('Off in this browser.')
})

test('a page says aloud what comes of a click and nothing when it is loaded, and a double click counts once', {
  tag: '@own',
}, async ({ chat }) => {
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await answerForPushService(ann)
  await keepSpeech(ann)
  await ann.goto('/settings/notifications')
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  expect(await takeSpeech(ann)).toEqual(['Waiting for your browser', 'On in this browser.'])
  await ann.getByRole('button', { name: stop }).click()
  await expect(statusOf(ann)).toHaveText('Off in this browser.')
  await ann.mouse.down({ clickCount: 2 })
  await ann.mouse.up({ clickCount: 2 })
  expect(await takeSpeech(ann)).toEqual(['Waiting for your browser', 'Off in this browser.'])
})

test('what was allowed elsewhere shows at once where the page says what is allowed', { tag: '@own' }, async ({
  chat,
}) => {
  const { ann } = await chat()
  await ann.goto('/settings/notifications')
  const allowed = ann.locator('#allowed')
  await expect(allowed).toHaveText('Not allowed in this browser yet.')
  await ann.context().grantPermissions(['notifications'])
  await expect(allowed).toHaveText('Allowed in this browser.')
  await expect(ann.getByRole('button', { name: 'Allow in this browser' })).toBeHidden()
})

/** Switches it on in a browser whose person has one unread message; the worker shows that there is one. */
async function showNotice(page: Page, other: Page): Promise<PushedWorker> {
  await page.context().grantPermissions(['notifications'])
  await answerForPushService(page)
  await page.goto('/settings/notifications')
  await page.getByRole('button', { name: start }).click()
  await expect(statusOf(page)).toHaveText('On in this browser.')
  await send(other, 'one')
  await expect(page).toHaveTitle(/^\(1\)/)
  const worker = await PushedWorker.of(page)
  await worker.push()
  await expect.poll(() => worker.notices()).toHaveLength(1)
  return worker
}

test('a notice goes once its message was read on a page', { tag: '@own' }, async ({ chat }) => {
  const { ann, ben, path } = await chat()
  const worker = await showNotice(ann, ben)
  await ann.goto(path)
  await expect(message(ann, 'one')).toBeVisible()
  await expect.poll(() => worker.notices()).toEqual([])
})

test('logging out takes the notice away', { tag: '@own' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  const worker = await showNotice(ann, ben)
  await ann.goto('/settings')
  await ann.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
  await ann.getByRole('button', { name: 'Log out' }).first().click()
  await expect(ann.getByRole('heading', { name: 'Log in' })).toBeVisible()
  await expect.poll(() => worker.notices()).toEqual([])
})

test('a notice is in the language of the last page', { tag: '@own' }, async ({ chat }) => {
  const { ann, ben } = await chat()
  await showNotice(ann, ben)
  await ann.goto('/settings')
  await ann.getByLabel('Language').selectOption('de')
  await ann.getByRole('button', { name: 'Save settings' }).click()
  await expect(ann.getByText('Einstellungen gespeichert')).toBeVisible()
  await ann.waitForFunction(async () => {
    const registration = await navigator.serviceWorker.getRegistration()
    return registration?.active?.scriptURL.endsWith('lang=de')
  })
  const worker = await PushedWorker.of(ann)
  await worker.push()
  await expect
    .poll(async () => (await worker.notices()).map(({ title }) => title))
    .toEqual(['Du hast eine neue Nachricht'])
})

test('it is off for whoever logs in after somebody else in the same browser', { tag: '@own' }, async ({
  chat,
  person,
}) => {
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await answerForPushService(ann)
  await ann.goto('/settings/notifications')
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  await ann.getByRole('button', { name: 'Log out' }).first().click()
  const cem = await person('cem')
  await ann.getByLabel('Email').fill(cem.email)
  await ann.getByLabel('Password').fill(cem.password)
  await ann.getByRole('button', { name: 'Log in' }).click()
  await expect(ann.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await ann.goto('/settings/notifications')
  await expect(statusOf(ann)).toHaveText('Off in this browser.')
  await expect(ann.getByRole('button', { name: start })).toBeVisible()
})

test('it goes on after a session that was lost, and ends with the log-out after that', { tag: '@own' }, async ({
  chat,
}) => {
  const { ann, annPerson } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await answerForPushService(ann)
  await ann.goto('/settings/notifications')
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  await ann.context().clearCookies()
  const moved = ann.waitForResponse(response => response.url().endsWith('/settings/devices/move'))
  await logIn(ann, annPerson)
  expect((await moved).status()).toBe(204)
  await ann.goto('/settings/notifications')
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  await ann.getByRole('button', { name: 'Log out' }).first().click()
  await logIn(ann, annPerson)
  await ann.goto('/settings/account')
  await expect(ann.getByRole('button', { name: 'Log out everywhere' })).toBeVisible()
  await expect(ann.getByText('This browser')).toHaveCount(0)
})

test('whoever logs in where somebody else is told, and has devices too, ends that', { tag: '@own' }, async ({
  chat,
  tolerate,
}) => {
  tolerate(/status of 404/)
  const { ann, ben, annPerson } = await chat()
  for (const page of [ann, ben]) {
    await page.context().grantPermissions(['notifications'])
    await answerForPushService(page)
    await page.goto('/settings/notifications')
    await page.getByRole('button', { name: start }).click()
    await expect(statusOf(page)).toHaveText('On in this browser.')
  }
  await ben.context().clearCookies()
  await logIn(ben, annPerson)
  await expect.poll(() => ben.evaluate(() => localStorage.getItem('subscribed'))).toBeNull()
})

test('an address of a push service that the server does not know is refused in words', { tag: '@own' }, async ({
  chat,
  tolerate,
}) => {
  tolerate(/status of 4/)
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await answerForPushService(ann, 'https://push.example/')
  await ann.goto('/settings/notifications')
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText(
    "This browser can't be notified while the site is closed: the server doesn't know its push service.",
  )
  await expect(ann.getByRole('button', { name: start })).toBeFocused()
})

const couldNot = "Your browser couldn't do this. Try again, but not in a private window."

test('a browser that has no push service for the page is said to be unable to do it', { tag: '@own' }, async ({
  chat,
  tolerate,
}) => {
  // What a private window of Chromium says, as each window of these tests is one.
  tolerate(/Push API in incognito mode/)
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await ann.goto('/settings/notifications')
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText(couldNot)
  await expect(ann.getByRole('button', { name: start })).toBeFocused()
})

test('a browser that does not reach its push service is waited for half a minute', { tag: '@own' }, async ({
  chat,
}) => {
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await ann.addInitScript(() => {
    PushManager.prototype.subscribe = () => {
      document.documentElement.dataset.subscribes = 'yes'
      return new Promise(() => {})
    }
  })
  await ann.clock.install()
  await ann.goto('/settings/notifications')
  await ann.getByRole('button', { name: start }).click()
  await ann.waitForFunction(() => document.documentElement.dataset.subscribes)
  await expect(statusOf(ann)).toHaveText('Waiting for your browser')
  await ann.clock.fastForward(30_000)
  await expect(statusOf(ann)).toHaveText(couldNot)
})

test('a browser that blocks notifications is not asked for more, and says so', { tag: '@own' }, async ({ chat }) => {
  const { ann } = await chat()
  await ann.addInitScript(() => {
    Object.defineProperty(Notification, 'permission', { value: 'denied' })
    Notification.requestPermission = async () => 'denied'
  })
  await ann.goto('/settings/notifications')
  const blocked = /^Blocked in this browser\./
  await expect(statusOf(ann)).toHaveText(blocked)
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText(blocked)
  await expect(ann.getByRole('button', { name: start })).toBeFocused()
  expect(await isRegistered(ann)).toBe(false)
})

for (const [missing, words] of [
  ['PushManager', /^This browser can't do this here\./],
  ['isSecureContext', 'This works only where the address starts with https.'],
] as const) {
  test(`a page without ${missing} says why it cannot be, and has no button for it`, { tag: '@own' }, async ({
    chat,
  }) => {
    const { ann } = await chat()
    await ann.addInitScript(name => {
      if (name === 'PushManager') Reflect.deleteProperty(window, name)
      else Object.defineProperty(window, name, { value: false })
    }, missing)
    await ann.goto('/settings/notifications')
    await expect(statusOf(ann)).toHaveText(words)
    await expect(ann.locator('#device button')).toBeHidden()
  })
}

test('without a script it is not offered', { tag: '@own' }, async ({ chat, visit }) => {
  const { ann } = await chat()
  const plain = await visit({ javaScriptEnabled: false })
  await plain.context().addCookies(await ann.context().cookies())
  await plain.goto('/settings/notifications')
  await expect(plain.getByRole('heading', { name: 'Notifications', level: 1 })).toBeVisible()
  await expect(plain.getByText('When the site is closed', { exact: true })).toBeHidden()
})

test('the switch is usable in every theme, on and off', { tag: ['@own', '@long'] }, async ({ chat }) => {
  test.setTimeout(240_000)
  const { ann } = await chat()
  await ann.context().grantPermissions(['notifications'])
  await answerForPushService(ann)
  await ann.goto('/settings/notifications')
  await expect(statusOf(ann)).toHaveText('Off in this browser.')
  await expectUsable(ann, 'switch, off')
  await ann.getByRole('button', { name: start }).click()
  await expect(statusOf(ann)).toHaveText('On in this browser.')
  await expectUsable(ann, 'switch, on')
})
