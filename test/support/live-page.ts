import WebSocket from 'ws'
import type { HttpClient } from './http-client.js'

/** One swap of a frame: what htmx does to the page. */
export interface Operation {
  readonly target: string
  readonly swap: string
  readonly html: string
}

/** A frame that came: its text, its operations (without those of the page's state and icon, which come when they may), and when. */
export interface Frame {
  readonly text: string
  readonly operations: readonly Operation[]
  readonly at: number
}

/** An element that takes the place of that with its id. Of the page's state, `html` is all there is. */
const replaced = /<(\w+) id="([^"]*)"[^>]* hx-swap-oob>[\s\S]*?<\/\1>(?! <bdi>|<\/span>)/g
const partial = /<hx-partial (?:id="|hx-target="#)([^"]*)"(?: hx-swap="([^"]*)")?>([\s\S]*?)<\/hx-partial>/g
const patienceMs = 15_000

function readFrame(text: string): Frame {
  const operations = [
    ...[...text.matchAll(replaced)].map(([html, , target = '']) => ({ target, swap: 'outerHTML', html })),
    ...[...text.matchAll(partial)].map(([, target = '', swap = 'innerHTML', html = '']) => ({ target, swap, html })),
  ]
  return { text, operations: operations.filter(({ target }) => target !== 'state'), at: Date.now() }
}

/** The socket of a page without the browser: keeps every frame that comes, and sends frames as htmx does. */
export class LivePage {
  readonly frames: Frame[] = []
  /** Resolves with the close code. */
  readonly closed: Promise<number>
  readonly socket: WebSocket
  #watchers = new Set<() => void>()
  #fences = 0

  /** @param path with its query, as in the page's `hx-ws:connect` */
  constructor(base: string, path: string, headers: Record<string, string> = {}, protocols: string[] = []) {
    const url = new URL(path, base)
    url.protocol = url.protocol.replace('http', 'ws')
    this.socket = new WebSocket(url, protocols, { headers })
    this.socket.on('error', () => {})
    this.socket.on('message', data => {
      this.frames.push(readFrame(data.toString()))
      for (const watcher of this.#watchers) watcher()
    })
    this.closed = new Promise(resolve => this.socket.on('close', resolve))
  }

  /**
   * Loads a page as `client` and connects as its markup says. Resolves once the server answers its frames.
   * @param headers what the browser sends with the page and with the handshake
   */
  static async open(base: string, client: HttpClient, page: string, headers: Record<string, string> = {}) {
    const html = await (await client.get(page, { headers })).text()
    const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
    const live = new LivePage(base, address.replaceAll('&amp;', '&'), { ...headers, cookie: client.cookieHeader })
    await live.fence()
    live.forget()
    return live
  }

  say(frame: Record<string, unknown>): void {
    this.socket.send(JSON.stringify({ ...frame, headers: { 'HX-Request': 'true' } }))
  }

  /** Resolves with the first frame that passes `test`, among those that came and those to come. */
  async frame(test: (frame: Frame) => boolean): Promise<Frame> {
    const known = this.frames.find(test)
    if (known) return known
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(watcher)
        reject(new Error(`No such frame came; these did: ${this.frames.map(({ text }) => text).join('\n') || 'none'}`))
      }, patienceMs)
      const watcher = () => {
        const found = this.frames.find(test)
        if (!found) return
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        resolve(found)
      }
      this.#watchers.add(watcher)
    })
  }

  /** Resolves with the first operation on an element. */
  async operation(target: string, swap?: string): Promise<Operation & { at: number }> {
    const matches = (operation: Operation) => operation.target === target && (!swap || operation.swap === swap)
    const { operations, at } = await this.frame(frame => frame.operations.some(matches))
    const found = operations.find(matches)
    if (!found) throw new Error('The frame has just been found by this operation')
    return { ...found, at }
  }

  /** Resolves once the page is up to date and everything that was under way has arrived, with all frames but those of fences. */
  async fence(): Promise<readonly Frame[]> {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject))
    }
    for (;;) {
      this.#fences += 1
      // An empty message is always refused, to its sender alone. So it gets an answer and changes nothing.
      const nonce = `fence-${this.#fences}-${Math.random().toString(36).slice(2)}`
      this.say({ type: 'message:send', roomId: 'nowhere', content: '', nonce })
      const { text } = await this.frame(({ operations }) => operations.some(({ target }) => target === `p-${nonce}`))
      // An answer without a state came before the server had brought the page up to date.
      if (text.includes('<data id="state"')) return this.seen
    }
  }

  /** All frames without the answers to fences, which may stand in a frame with others. */
  get seen(): readonly Frame[] {
    return this.frames
      .map(frame => ({ ...frame, operations: frame.operations.filter(({ target }) => !target.startsWith('p-fence-')) }))
      .filter(({ operations }) => operations.length > 0)
  }

  forget(): void {
    this.frames.length = 0
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

/** The id of the message that an operation shows. */
/** How far one's own message has come, by what took the place of its status: the target `s-` with its id. */
export const tickIn = ({ html }: Operation): string => /class="status (\w+)"/.exec(html)?.[1] ?? ''

export function messageIdOf(operation: Operation): string {
  const [, id = ''] = /data-message-id="([^"]+)"/.exec(operation.html) ?? []
  return id
}
