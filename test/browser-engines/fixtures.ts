import { chromium, expect } from '@playwright/test'
import { expectTolerated } from '../support/browser/console-errors.js'
import { test as house, isConnected } from '../support/browser/faulty-chat.js'
import { launchFirefox } from '../support/browser/firefox.js'
import type { Person } from '../support/browser/fixtures.js'
import { newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { programPath } from '../support/program-path.js'
import { PlaywrightEngine } from './playwright-engine.js'
import { type SecureServer, startSecureServer } from './secure-server.js'
import type { Ability, Engine, PersonBrowser, Tab } from './tab.js'
import { button, click, composer, expectRead, field, fill, heading, link, see } from './targets.js'
import { WebKitEngine } from './webkit-engine.js'

/** Somebody at their own browser. */
export interface Somebody extends Person {
  readonly browser: PersonBrowser
  readonly tab: Tab
}

interface EngineFixtures {
  /** Opens a browser where nobody is logged in. Errors on its consoles fail the test, where the engine tells them. */
  open: (options?: { readonly base?: string; readonly javaScript?: boolean }) => Promise<PersonBrowser>
  /** Starts a server that browsers reach by https. */
  startSecure: () => Promise<SecureServer>
  /** Has it said by name that the engine cannot be asked for something, if so. */
  noteGap: (ability: Ability) => void
  /** Gives a page the width of a small phone, 320 px, or the least that the engine can be asked for. */
  narrow: (tab: Tab, height: number) => Promise<void>
  /**
   * Two people, each at a browser with their chat open: on the server at `origin`, which the browsers reach at `base`; the
   * worker's own if left out.
   */
  meet: (where?: { readonly base?: string; readonly origin?: string }) => Promise<{
    readonly ann: Somebody
    readonly ben: Somebody
    readonly path: string
    /** Ben by HTTP, past every proxy. */
    readonly benClient: HttpClient
  }>
}

export type EngineName = 'chromium' | 'firefox' | 'webkit'

interface EngineWorkerFixtures {
  engineName: EngineName
  engine: Engine
}

export const test = house.extend<EngineFixtures, EngineWorkerFixtures>({
  engineName: ['chromium', { option: true, scope: 'worker' }],
  engine: [
    async ({ engineName }, use) => {
      const engine = engineOf(engineName)
      await use(engine)
      await engine.stop()
    },
    { scope: 'worker' },
  ],
  noteGap: async ({ engine }, use) => {
    await use(ability => {
      const reason = engine.gaps[ability]
      if (reason) test.info().annotations.push({ type: 'gap', description: `${engine.name}: ${ability}: ${reason}` })
    })
  },
  narrow: async ({ engine, noteGap }, use) => {
    await use(async (tab, height) => {
      noteGap('a window of 320 px')
      const width = engine.gaps['a window of 320 px'] ? 450 : 320
      expect(await tab.resize(width, height)).toBeLessThanOrEqual(width)
    })
  },
  startSecure: async ({ origin: _origin }, use) => {
    const servers: SecureServer[] = []
    await use(async () => {
      const server = await startSecureServer()
      servers.push(server)
      return server
    })
    await Promise.all(servers.map(server => server.stop()))
  },
  // The browsers go before the server does.
  open: async ({ engine, noteGap, origin, startSecure: _startSecure, tolerated }, use) => {
    const browsers: PersonBrowser[] = []
    await use(async ({ base = origin, ...options } = {}) => {
      noteGap('errors on the console')
      if (options.javaScript === false) noteGap('JavaScript switched off')
      const browser = await engine.start(base, options)
      browsers.push(browser)
      return browser
    })
    const errors = browsers.flatMap(browser => browser.errors)
    await Promise.all(browsers.map(browser => browser.close()))
    expectTolerated(errors, tolerated)
  },
  meet: async ({ open, origin: own }, use) => {
    await use(async ({ origin = own, base = origin } = {}) => {
      const { annName, benName, chat, ben: benClient } = await newPair(origin)
      const enter = async (name: string): Promise<Somebody> => {
        const browser = await open({ base })
        const tab = await browser.tab()
        const person = { name, email: `${name}@example.com`, password: 'long enough 1' }
        await logIn(tab, person)
        await tab.open(chat)
        await connected(tab)
        return { ...person, browser, tab }
      }
      const [ann, ben] = await Promise.all([enter(annName), enter(benName)])
      await see(ann.tab, { css: '#presence', holds: 'Online' })
      return { ann, ben, path: chat, benClient }
    })
  },
})

function engineOf(name: EngineName): Engine {
  if (name === 'chromium') {
    const options = { executablePath: programPath('HEADLESS_SHELL_PATH'), args: ['--no-sandbox'] }
    return new PlaywrightEngine('Chromium', () => chromium.launch(options))
  }
  if (name === 'firefox') {
    return new PlaywrightEngine('Firefox', javaScript =>
      launchFirefox({ firefoxUserPrefs: { 'javascript.enabled': javaScript } }),
    )
  }
  return new WebKitEngine({
    driver: programPath('WEBKIT_DRIVER_PATH'),
    browser: programPath('WEBKIT_BROWSER_PATH'),
    xvfb: programPath('XVFB_PATH'),
  })
}

export { expect }

export async function logIn(tab: Tab, { email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
  await tab.open('/login')
  await fill(tab, field('Email'), email)
  await fill(tab, field('Password'), password)
  await click(tab, button('Log in'))
  await see(tab, heading('Chats'))
}

export async function logOut(tab: Tab): Promise<void> {
  await click(tab, button('Log out'))
  await see(tab, heading('Log in'))
}

/** Waits until a page is connected and shows no banner. */
export const connected = (tab: Tab): Promise<void> => expectRead(tab, isConnected, true, 'the page is connected')

/** Writes a message and sends it by Enter. */
export async function send(tab: Tab, words: string): Promise<void> {
  await fill(tab, composer, words)
  await tab.press('Enter')
}

/** Opens the menu of a chat and presses something in it. */
export async function chooseOption(tab: Tab, name: string): Promise<void> {
  await click(tab, button('Chat options'))
  await click(tab, { css: '#options button, #options a', name })
}

/** Goes from the log-in to the chats of somebody by its link. */
export async function openChat(tab: Tab, name: string): Promise<void> {
  await click(tab, link(name))
  await see(tab, heading(`Chat with ${name}`))
  await connected(tab)
}
