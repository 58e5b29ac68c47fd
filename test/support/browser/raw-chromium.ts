import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import WebSocket from 'ws'
import { z } from 'zod'

const reply = z.object({ id: z.number(), result: z.unknown().optional(), error: z.unknown().optional() })
const target = z.object({ targetId: z.string() })
const session = z.object({ sessionId: z.string() })
const value = z.object({ result: z.object({ value: z.unknown() }) })
const shortestPollMs = 50
const patienceMs = 10_000

/**
 * A Chromium whose tabs are hidden when another is in front, as in real use; Playwright keeps every page visible. Speaks
 * the DevTools protocol directly, and only as much of it as the tests of hidden tabs need.
 */
export class RawChromium {
  readonly #child: ChildProcess
  readonly #socket: WebSocket
  readonly #profile: string
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #lastId = 0

  private constructor(child: ChildProcess, socket: WebSocket, profile: string) {
    this.#child = child
    this.#socket = socket
    this.#profile = profile
    socket.on('message', data => {
      const { success, data: answer } = reply.safeParse(JSON.parse(data.toString()))
      if (!success) return
      const { resolve, reject } = this.#waiting.get(answer.id) ?? {}
      this.#waiting.delete(answer.id)
      if (answer.error === undefined) resolve?.(answer.result)
      else reject?.(new Error(JSON.stringify(answer.error)))
    })
  }

  /** Starts a full Chromium. The headless shell has no tabs that could hide one another. */
  static async start(): Promise<RawChromium> {
    const program = process.env.CHROMIUM_PATH ?? chromium.executablePath()
    const profile = await mkdtemp(join(tmpdir(), 'ephemeral-chat-browser-'))
    const child = spawn(
      program,
      [
        '--headless',
        '--no-sandbox',
        '--no-first-run',
        '--disable-background-networking',
        '--remote-debugging-port=0',
      ].concat(`--user-data-dir=${profile}`),
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    for (;;) {
      said += String((await once(child.stderr, 'data'))[0])
      const [, url] = /DevTools listening on (ws:\S+)/.exec(said) ?? []
      if (!url) continue
      const socket = new WebSocket(url)
      await once(socket, 'open')
      child.stderr.resume()
      return new RawChromium(child, socket, profile)
    }
  }

  async setCookies(url: string, cookies: readonly (readonly [string, string])[]): Promise<void> {
    await this.send('Storage.setCookies', { cookies: cookies.map(([name, value]) => ({ name, value, url })) })
  }

  /** Opens a tab in front of the others. */
  async open(url: string): Promise<RawTab> {
    const { targetId } = target.parse(await this.send('Target.createTarget', { url: 'about:blank' }))
    const { sessionId } = session.parse(await this.send('Target.attachToTarget', { targetId, flatten: true }))
    const tab = new RawTab(this, targetId, sessionId)
    await tab.goTo(url)
    return tab
  }

  send(method: string, params: object, sessionId?: string): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  async stop(): Promise<void> {
    this.#child.kill()
    await once(this.#child, 'exit')
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One tab. */
export class RawTab {
  readonly #chromium: RawChromium
  readonly #targetId: string
  readonly #sessionId: string

  constructor(chromium: RawChromium, targetId: string, sessionId: string) {
    this.#chromium = chromium
    this.#targetId = targetId
    this.#sessionId = sessionId
  }

  async goTo(url: string): Promise<void> {
    await this.#chromium.send('Page.navigate', { url }, this.#sessionId)
    await this.waitFor(`document.readyState === 'complete' && location.href === ${JSON.stringify(url)}`)
  }

  async bringToFront(): Promise<void> {
    await this.#chromium.send('Target.activateTarget', { targetId: this.#targetId })
  }

  /** Freezes the tab, which must be hidden, as a browser does with those that nobody has looked at for long. */
  async freeze(): Promise<void> {
    await this.#chromium.send('Page.setWebLifecycleState', { state: 'frozen' }, this.#sessionId)
  }

  async thaw(): Promise<void> {
    await this.#chromium.send('Page.setWebLifecycleState', { state: 'active' }, this.#sessionId)
  }

  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#chromium.send(
      'Runtime.evaluate',
      { expression, returnByValue: true, awaitPromise: true },
      this.#sessionId,
    )
    return value.parse(answer).result.value
  }

  /** Waits until an expression is true in the page. */
  async waitFor(expression: string): Promise<void> {
    const end = Date.now() + patienceMs
    while (!(await this.evaluate(expression))) {
      if (Date.now() > end) throw new Error(`Never came true: ${expression}`)
      await new Promise(resolve => setTimeout(resolve, shortestPollMs))
    }
  }
}
