import type { BrowserContext, BrowserContextOptions, Page } from '@playwright/test'
import { newPair } from '../crowd.js'
import { FaultProxy } from '../fault-proxy.js'
import type { HttpClient } from '../http-client.js'
import { ServerProcess } from '../server-process.js'
import { test as house, preferStreams } from './fixtures.js'

/** Two people whose browsers reach the server through a proxy with faults. */
export interface FaultyChat {
  readonly faults: FaultProxy
  readonly ann: Page
  readonly ben: Page
  readonly annName: string
  readonly benName: string
  /** The two people's HTTP clients, which reach the server without the proxy. */
  readonly annClient: HttpClient
  readonly benClient: HttpClient
  readonly path: string
  /** Opens another tab of Ann's in the same browser. */
  readonly tab: (path?: string) => Promise<Page>
}

interface Faulty {
  faults: FaultProxy
  /** Opens a chat of two new people, each in a browser. `query` is appended to its URL. */
  faultyChat: (options?: { query?: string; context?: BrowserContextOptions }) => Promise<FaultyChat>
  /** A server of this test only, which it may kill and start again behind its proxy. */
  mortal: { kill(): Promise<void>; start(): Promise<void>; stop(): Promise<void>; readonly output: string }
}

/** Console errors to expect while the connection is down, in the words of each browser. */
const noise =
  /Failed to load resource|WebSocket|ws:\/\/|Failed to fetch|[Nn]etwork ?[Ee]rror|Load failed|access control|ERR_|htmx:(ws|sse|error)/

/** Whether a page is connected, by socket or stream, and shows no banner. Runs in the page. */
export function isConnected(): boolean {
  const { ws, sse } = document.getElementById('live')?._htmx ?? {}
  const isOpen = ws?.connection?.socket?.readyState === WebSocket.OPEN || Boolean(sse?.reader)
  return isOpen && !document.querySelector('#connection span')
}

/** Waits until a page is connected. */
export const connected = (page: Page) => page.waitForFunction(isConnected)

async function enter(context: BrowserContext, client: HttpClient, url: string): Promise<void> {
  await context.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url })))
}

export const test = house.extend<Faulty>({
  faults: async ({ origin, transport, tolerate }, use) => {
    tolerate(noise)
    const proxy = await FaultProxy.before(origin)
    proxy.refusesUpgrades = transport === 'streams'
    await use(proxy)
    await proxy.stop()
  },
  faultyChat: async ({ browser, origin, transport, faults, contextOptions }, use) => {
    await use(async ({ query = '', context: options } = {}) => {
      const { ann, ben, annName, benName, chat } = await newPair(origin)
      const open = async (client: HttpClient) => {
        const context = await browser.newContext({ ...contextOptions, baseURL: faults.url, ...options })
        if (transport === 'streams') await preferStreams(context)
        await enter(context, client, faults.url)
        return context
      }
      const contexts = [await open(ann), await open(ben)] as const
      const load = async (context: BrowserContext, path: string) => {
        const page = await context.newPage()
        await page.goto(path)
        if (options?.javaScriptEnabled !== false) await connected(page)
        return page
      }
      const [annPage, benPage] = [await load(contexts[0], chat + query), await load(contexts[1], chat + query)]
      return {
        faults,
        ann: annPage,
        ben: benPage,
        annName,
        benName,
        annClient: ann,
        benClient: ben,
        path: chat,
        tab: (path = chat) => load(contexts[0], path),
      }
    })
    await Promise.all(browser.contexts().map(context => context.close()))
  },
  mortal: async ({ faults }, use) => {
    // Begun again it listens on the same port, as the names of its cookies have it.
    let port = '0'
    const begin = () =>
      new ServerProcess({ PORT: port, LOG_LEVEL: 'info', RATE_LIMIT_AUTH: '1000', DEMO_USERS: 'true' })
    let server = begin()
    const mortal = {
      async start() {
        if (server.child.killed) server = begin()
        port = new URL(await server.address()).port
        faults.targetPort = Number(port)
        faults.isDown = false
      },
      async kill() {
        faults.isDown = true
        server.child.kill('SIGKILL')
        await server.ended
        faults.cut()
      },
      async stop() {
        faults.isDown = true
        await server.stop()
        faults.cut()
      },
      get output() {
        return server.output
      },
    }
    await mortal.start()
    await use(mortal)
    await server.stop()
  },
})
