import type { CDPSession, LaunchOptions, Page, Worker } from '@playwright/test'

/** How to start a full Chromium: its headless shell shows no notifications. */
export const wholeChromium: LaunchOptions = {
  ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : { channel: 'chromium' }),
  args: [
    '--headless=new',
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
  ],
}

/** What the system shows. */
export interface Notice {
  readonly title: string
  readonly body: string
  readonly tag: string
  readonly lang: string
}

/** The service worker of a page's browser, told by the DevTools protocol what its push service would tell it. */
export class PushedWorker {
  readonly worker: Worker
  readonly #page: Page
  readonly #devTools: CDPSession
  readonly #registrationId: string

  private constructor(page: Page, worker: Worker, devTools: CDPSession, registrationId: string) {
    this.#page = page
    this.worker = worker
    this.#devTools = devTools
    this.#registrationId = registrationId
  }

  /** Registers it from a page that has none, as the page's own script does, where notices are allowed. */
  static async register(page: Page): Promise<PushedWorker> {
    await page.context().grantPermissions(['notifications'])
    await page.evaluate(async () => {
      const address = `/service-worker.js?lang=${document.documentElement.lang}`
      const policy = Reflect.get(window, 'trustedTypes').createPolicy('worker', { createScriptURL: () => address })
      await navigator.serviceWorker.register(policy.createScriptURL(''))
    })
    return PushedWorker.of(page)
  }

  /** That of a page which has one, once it is ready. */
  static async of(page: Page): Promise<PushedWorker> {
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready
      while (active && active.state !== 'activated')
        await new Promise(resolve => active.addEventListener('statechange', resolve, { once: true }))
    })
    const devTools = await page.context().newCDPSession(page)
    const registrationId = new Promise<string>(resolve => {
      devTools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [registration] }) => {
        if (registration && !registration.isDeleted) resolve(registration.registrationId)
      })
    })
    await devTools.send('ServiceWorker.enable')
    const worker = page.context().serviceWorkers().at(-1) ?? (await page.context().waitForEvent('serviceworker'))
    return new PushedWorker(page, worker, devTools, await registrationId)
  }

  /**
   * Tells it that there is a message, as the server does by the push service, and waits until the notice is shown: Chromium
   * drops one that comes while what is shown is being asked for.
   */
  async push(): Promise<void> {
    const service = 'notifications'
    await this.#devTools.send('BackgroundService.setRecording', { service, shouldRecord: true })
    await this.#devTools.send('BackgroundService.startObserving', { service })
    const isShown = new Promise<void>(resolve => {
      this.#devTools.on(
        'BackgroundService.backgroundServiceEventReceived',
        ({ backgroundServiceEvent: { eventName } }) => {
          if (eventName === 'Notification displayed') resolve()
        },
      )
    })
    const { origin } = new URL(this.#page.url())
    await this.#devTools.send('ServiceWorker.deliverPushMessage', {
      origin,
      registrationId: this.#registrationId,
      data: 'message',
    })
    await isShown
  }

  /** What it shows now. */
  notices(): Promise<Notice[]> {
    return this.worker.evaluate(async () => {
      const registration: ServiceWorkerRegistration = Reflect.get(globalThis, 'registration')
      const notices = await registration.getNotifications()
      return notices.map(({ title, body, tag, lang }) => ({ title, body, tag, lang }))
    })
  }

  /** Keeps what it does outside of itself, which nobody could see otherwise. `kept` tells it: `badge 1`, `open /chats`. */
  async keepDeeds(): Promise<void> {
    await this.worker.evaluate(() => {
      const deeds: string[] = []
      const keep = (deed: string) => {
        deeds.push(deed)
        return Promise.resolve()
      }
      const { clients, WindowClient } = Object.fromEntries(
        ['clients', 'WindowClient'].map(name => [name, Reflect.get(globalThis, name)]),
      )
      Object.assign(globalThis, { deeds })
      Object.assign(navigator, { setAppBadge: (count?: number) => keep(`badge ${count ?? 'dot'}`) })
      // A browser lets only a real click open or focus a window.
      clients.openWindow = (address: string) => keep(`open ${address}`)
      WindowClient.prototype.focus = function () {
        return keep(`focus ${new URL(this.url).pathname}`)
      }
    })
  }

  kept(): Promise<string[]> {
    return this.worker.evaluate(() => Reflect.get(globalThis, 'deeds'))
  }

  /** As if the person clicked the notice. */
  async click(): Promise<void> {
    await this.worker.evaluate(async () => {
      const registration: ServiceWorkerRegistration = Reflect.get(globalThis, 'registration')
      const [notification] = await registration.getNotifications()
      const Click = Reflect.get(globalThis, 'NotificationEvent')
      dispatchEvent(new Click('notificationclick', { notification }))
    })
  }
}
