import {
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
  test as playwright,
} from '@playwright/test'
import { newcomer, newPair } from '../crowd.js'
import { FaultProxy } from '../fault-proxy.js'
import { sendAll, tokenOf } from '../full-room.js'
import type { HttpClient } from '../http-client.js'
import { startProcessesBehindProxy, startServerProcess } from '../nodes.js'
import { errorsOf, expectTolerated } from './console-errors.js'

/** Somebody with an account. */
export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

interface TestFixtures {
  /** Creates an account with a unique name that begins with `name`. */
  person: (name: string) => Promise<Person>
  /** Opens a separate browser where nobody is logged in. Errors on its console fail the test. */
  visit: (options?: BrowserContextOptions) => Promise<Page>
  /** What errors on a console may be about in this test. */
  tolerated: Set<RegExp>
  /** Lets the test pass despite such errors on a console, as browsers write for every page with a status of 4xx. */
  tolerate: (pattern: RegExp) => void
  /** Two people, each in a separate browser with their chat open; it begins with this many messages of the first, "line 1" on. */
  chat: (messages?: number) => Promise<{ ann: Page; ben: Page; annPerson: Person; benPerson: Person; path: string }>
}

export interface WorkerFixtures {
  /** What gets through to the server: sockets, or plain HTTP only, so that pages use event streams. */
  transport: 'sockets' | 'streams'
  /** How many nodes the server is: two are over Redis, behind a proxy that gives each connection to the next. */
  nodes: 1 | 2
  /**
   * Settings of the server, beside those of all tests. Each file that has some costs a browser and a server of its own for
   * each worker that runs it, which take seconds of processor time to start. A file with few tests therefore runs in one
   * worker (`mode: 'default'`), and files with the same settings take them from `servers`.
   */
  serverEnv: Record<string, string>
  /** The URL of the worker's own server. */
  origin: string
  /** The URL for pages: with `streams`, that of a proxy that lets no socket through. */
  base: string
}

/** Settings that several files need. Playwright shares a server between files only if they name the same object. */
export const servers: Record<'ofDefaultPace' | 'ofShortLives', Record<string, string>> = {
  ofDefaultPace: { RATE_LIMIT_MESSAGES: '5' },
  ofShortLives: { MESSAGE_TTL_MS: '4000' },
}

let lastNumber = 0

export const test = playwright.extend<TestFixtures, WorkerFixtures>({
  transport: ['sockets', { option: true, scope: 'worker' }],
  nodes: [1, { option: true, scope: 'worker' }],
  serverEnv: [{}, { option: true, scope: 'worker' }],
  origin: [
    async ({ serverEnv, nodes }, use) => {
      const start = nodes === 2 ? startProcessesBehindProxy : startServerProcess
      const server = await start({
        TZ: 'America/New_York',
        LOG_LEVEL: 'error',
        RATE_LIMIT_AUTH: '1000',
        RATE_LIMIT_AUTH_ADDRESS: '1000000',
        RATE_LIMIT_MESSAGES: '1000',
        RATE_LIMIT_UPLOADS: '1000',
        RATE_LIMIT_REQUESTS: '1000',
        ...serverEnv,
      })
      await use(server.url)
      await server.stop()
    },
    { scope: 'worker' },
  ],
  base: [
    async ({ origin, transport }, use) => {
      const proxy = await FaultProxy.before(origin)
      proxy.refusesUpgrades = true
      await use(transport === 'streams' ? proxy.url : origin)
      await proxy.stop()
    },
    { scope: 'worker' },
  ],
  person: async ({ base }, use) => {
    await use(async name => {
      lastNumber += 1
      // A dot, because crowd.ts numbers names after a hyphen.
      const unique = `${name}.${lastNumber}`
      await newcomer(base, unique)
      return personOf(unique)
    })
  },
  tolerated: async ({ transport }, use) => {
    await use(new Set(transport === 'streams' ? [streamNoise] : []))
  },
  tolerate: async ({ tolerated }, use) => {
    await use(pattern => tolerated.add(pattern))
  },
  visit: async ({ browser, base, contextOptions, transport, tolerated }, use) => {
    const errors: string[][] = []
    await use(async options => {
      const context = await browser.newContext({ ...contextOptions, baseURL: base, ...options })
      if (transport === 'streams') await preferStreams(context)
      errors.push(errorsOf(context))
      return context.newPage()
    })
    await Promise.all(browser.contexts().map(context => context.close()))
    expectTolerated(errors.flat(), tolerated)
  },
  chat: async ({ visit, origin, base }, use) => {
    await use(async (messages = 0) => {
      const { ann, ben, annName, benName, chat, room } = await newPair(base)
      const lines = Array.from({ length: messages }, (_, index) => `line ${index + 1}`)
      if (messages > 0) await sendAll(origin, { token: await tokenOf(origin, annName) }, room, lines)
      const pages = [await visit(), await visit()] as const
      await Promise.all([enter(pages[0], ann, base), enter(pages[1], ben, base)])
      for (const page of pages) {
        await page.goto(chat)
        await page.waitForFunction(() => document.querySelector('#live[data-htmx-powered]'))
      }
      // Once the first page shows the second person as online, both are connected.
      await expect(pages[0].locator('#presence').getByText('Online')).toBeVisible()
      return { ann: pages[0], ben: pages[1], annPerson: personOf(annName), benPerson: personOf(benName), path: chat }
    })
  },
})

const personOf = (name: string): Person => ({ name, email: `${name}@example.com`, password: 'long enough 1' })

export { expect }

/** Gives a browser the session of somebody who logged in over plain HTTP. */
async function enter(page: Page, client: HttpClient, url: string): Promise<void> {
  await page.context().addCookies([...client.cookies].map(([name, value]) => ({ name, value, url })))
}

/** Console errors to expect with streams: a report before the stream's script is loaded, and the status of a refused post. */
const streamNoise = /Connection not open|Failed to fetch|status of 4(22|29)/

/** Has pages use event streams at once, as after three failed handshakes. A test of the fallback itself waits for those. */
export async function preferStreams(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    if (location.protocol.startsWith('http')) sessionStorage.setItem('stream', String(Date.now()))
  })
}

export async function logIn(page: Page, { email, password }: Person): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
}

/** Finds a person and opens the chat with them. */
export async function startChat(page: Page, { name }: Person): Promise<void> {
  // Without JavaScript as well, however many people there are.
  await page.goto(`/people?q=${encodeURIComponent(name)}`)
  await page.getByRole('button', { name: `Chat with ${name}`, exact: true }).click()
  await expect(page.getByRole('heading', { name: `Chat with ${name}`, level: 1 })).toBeVisible()
}

export async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
}

/** The message that shows this text. */
export const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text })

/**
 * Sends messages by fetch in the page: "NAME 0", "NAME 1" and so on. With `together` they are sent all at once, and may
 * arrive out of order.
 */
export async function sendMany(page: Page, count: number, name: string, { together = false } = {}): Promise<void> {
  await page.evaluate(
    async ({ texts, together }) => {
      const token = document.querySelector<HTMLInputElement>('#composer [name="_csrf"]')?.value ?? ''
      const post = (content: string) => {
        const nonce = `many-${Math.random().toString(36).slice(2)}`
        const body = new URLSearchParams({ _csrf: token, content, nonce })
        return fetch(`${location.pathname}/messages`, { method: 'POST', body, headers: { 'hx-request': 'true' } })
      }
      if (together) await Promise.all(texts.map(post))
      else for (const content of texts) await post(content)
    },
    { texts: Array.from({ length: count }, (_, index) => `${name} ${index}`), together },
  )
}
