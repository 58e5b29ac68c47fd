import WebSocket from 'ws'
import type { HttpClient } from './http-client.js'

/** A message as a page shows it. */
export interface Row {
  readonly id: string
  readonly seq: number
  readonly text: string
  /** The nonce of one's own message; '' for the other's. */
  readonly nonce: string
}

interface Bubble {
  readonly nonce: string
  readonly text: string
  readonly at: number
  status: 'sending' | 'waiting' | 'failed'
}

/** How a page keeps its time, in milliseconds; the real one takes longer. Source: src/browser. */
export interface PageTimes {
  readonly reconnectMs: number
  readonly unansweredMs: number
}

const partial = /<hx-partial hx-target="#([^"]*)" hx-swap="([^"]*)">([\s\S]*?)<\/hx-partial>/g
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const unescapeHtml = (html: string) =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
const attributeOf = (html: string, name: string) => unescapeHtml(new RegExp(` ${name}="([^"]*)"`).exec(html)?.[1] ?? '')

/** Reads the messages off a list as the server renders it. */
export function readRows(html: string): Row[] {
  return [...html.matchAll(/<article[\s\S]*?<\/article>/g)]
    .map(([article]) => ({
      id: attributeOf(article, 'data-message-id'),
      seq: Number(attributeOf(article, 'data-seq')),
      nonce: attributeOf(article, 'data-nonce'),
      text: unescapeHtml(/<div class="text"[^>]*>([\s\S]*?)<\/div>/.exec(article)?.[1] ?? '').replace(/<[^>]+>/g, ''),
    }))
    .filter(({ id }) => id !== '')
}

const listOf = (html: string) => /<ol id="list"[^>]*>([\s\S]*?)<\/ol>/.exec(html)?.[1] ?? ''

/**
 * A chat page without a browser, by the rules of src/browser: an outbox with one message in flight, sent again by its
 * nonce, and a list that is what the server's fragments make of it.
 */
export class PageClient {
  rows: Row[] = []
  /** Every message that this page ever showed, by its text: more than one is a message doubled. */
  readonly shownAs = new Map<string, Set<string>>()
  isGone = false
  /** How often it was connected. */
  connections = 0
  readonly #client: HttpClient
  readonly #url: string
  readonly #chat: string
  readonly #lifeMs: number
  readonly #times: PageTimes
  readonly #watchers = new Set<() => void>()
  #outbox: Bubble[] = []
  #inFlight: { nonce: string; at: number } | null = null
  #address = ''
  #state = ''
  #socket: WebSocket | null = null
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #written = 0
  #loads = 0

  /** @param url where the page connects, through a proxy; `chat` is its path */
  constructor(url: string, client: HttpClient, chat: string, lifeMs: number, times: PageTimes) {
    this.#url = url
    this.#client = client
    this.#chat = chat
    this.#lifeMs = lifeMs
    this.#times = times
  }

  get pending(): readonly Readonly<Bubble>[] {
    return this.#outbox
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  /**
   * Loads the page, as often as it takes, and connects. What waits in the outbox has survived, as in sessionStorage. A load
   * that is under way is given up, as a browser gives it up.
   */
  async load(): Promise<void> {
    this.#drop()
    this.#loads += 1
    const load = this.#loads
    const isGivenUp = () => this.#isStopped || load !== this.#loads
    let html = ''
    while (!html && !isGivenUp()) {
      html = await this.#fetchPage().catch(() => '')
      if (!html) await new Promise(resolve => setTimeout(resolve, this.#times.reconnectMs))
    }
    if (isGivenUp()) return
    this.#address = attributeOf(html, 'hx-ws:connect')
    this.#state = ''
    for (const bubble of this.#outbox) if (bubble.status === 'waiting') bubble.status = 'sending'
    this.#show(readRows(listOf(html)))
    this.#connect()
  }

  /** Writes a message, as Enter in the composer does. */
  write(text: string): void {
    this.#written += 1
    const nonce = `${this.#written}-${Math.random().toString(36).slice(2)}`
    this.#outbox.push({ nonce, text, at: Date.now(), status: 'sending' })
    this.#pump()
  }

  /** Resolves once `test` holds; it is asked after every frame. */
  async until(test: () => boolean, patienceMs: number, what: string): Promise<void> {
    if (test()) return
    await new Promise<void>((resolve, reject) => {
      const end = (error?: Error) => {
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        if (error) reject(error)
        else resolve()
      }
      const watcher = () => test() && end()
      const timer = setTimeout(
        () => end(new Error(`${what}: not within ${patienceMs} ms; ${JSON.stringify([this.rows, this.#outbox])}`)),
        patienceMs,
      )
      this.#watchers.add(watcher)
    })
  }

  /** Reports what the page shows as seen, as its fragments do. */
  see(): void {
    const last = this.rows.findLast(({ nonce }) => nonce === '')
    if (last && this.isOpen) this.#say({ type: 'message:status', status: 'seen', messageId: last.id })
  }

  stop(): void {
    this.#isStopped = true
    this.#drop()
  }

  async #fetchPage(): Promise<string> {
    const response = await this.#client.get(new URL(this.#chat, this.#url).href, { signal: AbortSignal.timeout(3000) })
    return response.status === 200 ? await response.text() : ''
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#inFlight = null
    const old = this.#socket
    this.#socket = null
    old?.terminate()
  }

  #connect(): void {
    if (this.#isStopped || this.isGone) return
    const url = new URL(this.#address, this.#url)
    url.protocol = 'ws:'
    if (this.#state) {
      url.searchParams.set('state', this.#state)
      url.searchParams.set('again', '1')
    }
    const socket = new WebSocket(url, {
      headers: { cookie: this.#client.cookieHeader },
      handshakeTimeout: this.#times.unansweredMs,
    })
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('open', () => {
      this.connections += 1
      this.#inFlight = null
      const [first] = this.#outbox
      if (first?.status === 'waiting') first.status = 'sending'
      this.#pump()
      this.#tell()
    })
    socket.on('message', data => socket === this.#socket && this.#take(data.toString()))
    socket.on('close', code => {
      if (socket !== this.#socket) return
      this.#inFlight = null
      if (code > 4400) this.isGone = true
      else this.#timer = setTimeout(() => this.#connect(), this.#times.reconnectMs)
      this.#tell()
    })
  }

  #pump(): void {
    const [first] = this.#outbox
    if (!first || this.#inFlight || !this.isOpen || first.status !== 'sending') return
    if (Date.now() - first.at > this.#lifeMs) {
      first.status = 'failed'
      return
    }
    const { nonce, text } = first
    const flight = { nonce, at: Date.now() }
    this.#inFlight = flight
    this.#say({ type: 'message:send', content: text, nonce })
    setTimeout(() => {
      if (this.#inFlight !== flight) return
      this.#drop()
      this.#connect()
    }, this.#times.unansweredMs).unref()
  }

  #say(frame: Record<string, unknown>): void {
    this.#socket?.send(JSON.stringify({ ...frame, headers: { 'HX-Request': 'true' } }))
  }

  #take(text: string): void {
    for (const [, target = '', swap = '', html = ''] of text.matchAll(partial)) this.#apply(target, swap, html)
    this.#settle()
    this.#pump()
    this.#tell()
  }

  #apply(target: string, swap: string, html: string): void {
    if (target === 'state') this.#state = attributeOf(html, 'value')
    else if (target === 'list') this.#takeList(swap, html)
    else if (target === 'gone') this.#takeGone()
    else if (target.startsWith('m-') && swap === 'delete')
      this.#show(this.rows.filter(({ id }) => `m-${id}` !== target))
    else if (target.startsWith('a-')) {
      const [row] = readRows(html)
      if (row) this.#show(this.rows.map(each => (`a-${each.id}` === target ? row : each)))
    } else if (target.startsWith('p-')) this.#takeAnswer(target.slice(2), html)
  }

  /** What the server brings up to date may begin further down: of those before it, it says which ones stand. */
  #takeList(swap: string, html: string): void {
    const ranges = attributeOf(html, 'data-ranges')
      .split(' ')
      .map(range => range.split('-').map(Number))
    const stands = ({ seq }: Row) => ranges.some(([from = 0, to = 0]) => from <= seq && seq <= to)
    this.#show([...(swap === 'beforeend' ? this.rows : this.rows.filter(stands)), ...readRows(html)])
  }

  #takeGone(): void {
    this.isGone = true
    this.#outbox = []
  }

  #takeAnswer(nonce: string, html: string): void {
    const bubble = this.#outbox.find(each => each.nonce === nonce)
    if (!bubble) return
    if (this.#inFlight?.nonce === nonce) this.#inFlight = null
    if (!html) {
      this.#outbox = this.#outbox.filter(each => each !== bubble)
      return
    }
    bubble.status = attributeOf(html, 'data-status') === 'waiting' ? 'waiting' : 'failed'
    const [, retryMs = '0'] = /load delay:(\d+)ms/.exec(html) ?? []
    if (bubble.status === 'waiting') {
      setTimeout(() => {
        if (bubble.status === 'waiting') this.#say({ type: 'message:send', content: bubble.text, nonce })
      }, Number(retryMs)).unref()
    }
  }

  #show(rows: Row[]): void {
    this.rows = rows
    for (const { id, text } of rows) this.shownAs.set(text, (this.shownAs.get(text) ?? new Set()).add(id))
    this.#settle()
  }

  /** A bubble whose message is in the list has arrived. */
  #settle(): void {
    const known = new Set(this.rows.map(({ nonce }) => nonce))
    this.#outbox = this.#outbox.filter(({ nonce }) => !known.has(nonce))
    const { nonce } = this.#inFlight ?? {}
    if (nonce && !this.#outbox.some(each => each.nonce === nonce)) this.#inFlight = null
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
