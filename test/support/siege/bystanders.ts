import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { newRoom, openProgram } from '../full-room.js'

/** How many messages were sent and arrived, and how long they took from one side to the other, in ms. */
export interface Latency {
  readonly sent: number
  readonly arrived: number
  readonly p50: number
  readonly p99: number
  readonly slowest: number
}

/** How often each of the two sends: four messages a second, of the five that RATE_LIMIT_MESSAGES allows. */
const everyMs = 250
/** How long to wait for the last messages; later ones count as lost. */
const patienceMs = 5000

/** Two people who chat while others attack: one over a page's socket, one over a program's. */
export class Bystanders {
  readonly #page: WebSocket
  readonly #program: WebSocket
  readonly #roomId: string
  readonly #sentAt = new Map<string, number>()
  readonly #tookMs: number[] = []
  #sent = 0

  private constructor(page: WebSocket, program: WebSocket, roomId: string) {
    this.#page = page
    this.#program = program
    this.#roomId = roomId
    // Each looks only for the other's messages.
    page.on('message', data => this.#take(data.toString().matchAll(/program-\d+-/g)))
    program.on('message', data => this.#take(data.toString().matchAll(/page-\d+-/g)))
  }

  static async enter(url: string): Promise<Bystanders> {
    const { roomId, chat, members } = await newRoom(url)
    const [{ client }, other] = members
    const html = await (await client.get(chat)).text()
    const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
    const page = new WebSocket(new URL(address.replaceAll('&amp;', '&'), url.replace('http', 'ws')), {
      headers: { cookie: client.cookieHeader },
    })
    page.on('error', () => {})
    await once(page, 'open')
    return new Bystanders(page, await openProgram(url, other), roomId)
  }

  /** Whether either has lost their connection. */
  get isCut(): boolean {
    return [this.#page, this.#program].some(({ readyState }) => readyState !== WebSocket.OPEN)
  }

  /** Chats until the signal aborts, then waits for messages that are still under way. */
  async chat(signal: AbortSignal): Promise<Latency> {
    const say = async (name: 'page' | 'program') => {
      while (!signal.aborted && !this.isCut) {
        this.#say(name)
        await delay(everyMs, null, { signal }).catch(() => {})
      }
    }
    const both = say('page')
    await delay(everyMs / 2)
    await Promise.all([both, say('program')])
    const deadline = Date.now() + patienceMs
    while (this.#sentAt.size > 0 && !this.isCut && Date.now() < deadline) await delay(20)
    const now = performance.now()
    // A message that never came counts as having taken until now.
    const took = [...this.#tookMs, ...[...this.#sentAt.values()].map(at => now - at)].sort((a, b) => a - b)
    const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN
    return { sent: this.#sent, arrived: this.#tookMs.length, p50: at(0.5), p99: at(0.99), slowest: at(1) }
  }

  leave(): void {
    this.#page.terminate()
    this.#program.terminate()
  }

  #say(name: 'page' | 'program'): void {
    this.#sent += 1
    const content = `${name}-${this.#sent}-`
    const frame = { type: 'message:send', content, nonce: content }
    this.#sentAt.set(content, performance.now())
    if (name === 'page') this.#page.send(JSON.stringify({ ...frame, headers: { 'HX-Request': 'true' } }))
    else this.#program.send(JSON.stringify({ ...frame, roomId: this.#roomId }))
  }

  #take(contents: Iterable<RegExpExecArray>): void {
    for (const [content] of contents) {
      const at = this.#sentAt.get(content)
      if (at === undefined) continue
      this.#sentAt.delete(content)
      this.#tookMs.push(performance.now() - at)
    }
  }
}
