// Long because a page has many parts, and this stands for one.
import { Drafts } from '../../src/browser/drafts.js'
import { Outbox } from '../../src/browser/outbox.js'
import { type Answer, type Entry, retryDelayIn } from '../../src/browser/outbox-entry.js'
import type { HttpClient } from './http-client.js'
import { type LineKind, openLine, type PageLine } from './page-line.js'
import { TabStorage } from './tab-storage.js'

/** A message as a page shows it. */
export interface Row {
  readonly id: string
  readonly seq: number
  readonly text: string
  /** The nonce of one's own message; '' for the other's. */
  readonly nonce: string
}

/** How a page keeps its time, in milliseconds; the real one takes longer. */
export interface PageTimes {
  readonly reconnectMs: number
  readonly unansweredMs: number
}

const tickMs = 20
const partial = /<hx-partial (?:id="|hx-target="#)([^"]*)"(?: hx-swap="([^"]*)")?>([\s\S]*?)<\/hx-partial>/g
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
      text: unescapeHtml(/<span class="text"[^>]*>([\s\S]*?)<\/span>/.exec(article)?.[1] ?? '').replace(/<[^>]+>/g, ''),
    }))
    .filter(({ id }) => id !== '')
}

const listOf = (html: string) => /<ol id="list"[^>]*>([\s\S]*?)<\/ol>/.exec(html)?.[1] ?? ''

/** What answers a message that was not taken, as the bubble that the server gives back. */
function readAnswer(html: string): Answer {
  if (attributeOf(html, 'data-status') === 'waiting') {
    return { state: 'waiting', retryAt: Date.now() + retryDelayIn(html) }
  }
  return { state: /class="[^"]*\brefused\b/.test(html) ? 'refused' : 'failed', reason: '' }
}

/**
 * A chat page without a browser: it sends by the page's own outbox, and its list is what the server's fragments make
 * of it.
 */
export class PageClient {
  rows: Row[] = []
  /** Every message that this page ever showed, by its text: more than one is a message doubled. */
  readonly shownAs = new Map<string, Set<string>>()
  /** When each text was shown first, in ms since the epoch. */
  readonly shownAt = new Map<string, number>()
  /** How often a connection ended, by the code of its end. */
  readonly endings = new Map<number, number>()
  isGone = false
  /** How often it was connected. */
  connections = 0
  readonly #client: HttpClient
  readonly #url: string
  readonly #chat: string
  readonly #lifeMs: number
  readonly #times: PageTimes
  readonly #kind: LineKind
  readonly #watchers = new Set<() => void>()
  readonly #drafts = new Drafts('', new TabStorage())
  #outbox: Outbox
  #address = ''
  #token = ''
  #state = ''
  #line: PageLine | null = null
  #timer: NodeJS.Timeout | undefined
  #ticker: NodeJS.Timeout | undefined
  #isStopped = false
  #written = 0
  #loads = 0

  /** @param url where the page connects, through a proxy; `chat` is its path */
  constructor(
    url: string,
    client: HttpClient,
    chat: string,
    lifeMs: number,
    times: PageTimes,
    kind: LineKind = 'socket',
  ) {
    this.#url = url
    this.#client = client
    this.#chat = chat
    this.#lifeMs = lifeMs
    this.#times = times
    this.#kind = kind
    this.#outbox = new Outbox(times)
  }

  get pending(): readonly Entry[] {
    return this.#outbox.entries
  }

  get isOpen(): boolean {
    return this.#line?.isOpen === true
  }

  /**
   * Loads the page, as often as it takes, and connects. What the outbox holds survives, as it does in sessionStorage. A
   * load that is under way is given up, as a browser gives it up.
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
    this.#token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
    this.#state = ''
    this.#outbox = new Outbox(this.#times)
    for (const pending of this.#drafts.takeBack(this.#chat)) this.#outbox.add(pending)
    this.#show(readRows(listOf(html)))
    this.#connect()
  }

  /** Writes a message, as Enter in the composer does. */
  write(text: string): void {
    this.#written += 1
    const nonce = `${this.#written}-${Math.random().toString(36).slice(2)}`
    this.#outbox.add({ nonce, text, imageId: '', at: Date.now() })
    this.#update()
  }

  /** Tries again what was not sent, as "Try again" on each does. */
  tryAgain(): void {
    for (const { nonce } of this.pending) this.#outbox.retry(nonce, Date.now())
    this.#update()
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
        () => end(new Error(`${what}: not within ${patienceMs} ms; ${JSON.stringify([this.rows, this.pending])}`)),
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

  #fetchPage(): Promise<string> {
    const signal = AbortSignal.timeout(3000)
    // The fetch of Node 20 does not always fail a body whose request is aborted.
    const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return Promise.race([this.#readPage(signal), late])
  }

  async #readPage(signal: AbortSignal): Promise<string> {
    const response = await this.#client.get(new URL(this.#chat, this.#url).href, { signal })
    return response.status === 200 ? await response.text() : ''
  }

  #drop(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#ticker)
    const old = this.#line
    this.#line = null
    old?.end()
  }

  #connect(): void {
    if (this.#isStopped || this.isGone) return
    const url = new URL(this.#address, this.#url)
    if (this.#state) {
      url.searchParams.set('state', this.#state)
      url.searchParams.set('again', '1')
    }
    const address = { url, client: this.#client, chat: this.#chat, token: this.#token }
    const line = openLine(
      this.#kind,
      { ...address, patienceMs: this.#times.unansweredMs },
      {
        opened: () => line === this.#line && this.#takeOpening(),
        took: html => line === this.#line && this.#take(html),
        closed: code => line === this.#line && this.#takeEnd(code),
      },
    )
    this.#line = line
    clearInterval(this.#ticker)
    this.#ticker = setInterval(() => this.#tick(), tickMs).unref()
  }

  #takeOpening(): void {
    this.connections += 1
    this.#outbox.connected()
    this.#update()
    this.#tell()
  }

  #takeEnd(code: number): void {
    this.endings.set(code, (this.endings.get(code) ?? 0) + 1)
    if (code > 4400) this.isGone = true
    else this.#timer = setTimeout(() => this.#connect(), this.#times.reconnectMs)
    this.#tell()
  }

  #tick(): void {
    if (this.isOpen && this.#outbox.watch(Date.now(), tickMs)) {
      this.#drop()
      this.#connect()
    } else this.#update()
  }

  /** Keeps and sends what there is. */
  #update(): void {
    this.#drafts.keep(this.#chat, this.#outbox.kept)
    const next = this.isOpen ? this.#outbox.takeSend(Date.now(), this.#lifeMs) : undefined
    if (next) this.#say({ type: 'message:send', content: next.text, nonce: next.nonce })
  }

  #say(frame: Record<string, string>): void {
    this.#line?.say(frame)
  }

  #take(text: string): void {
    this.#state = attributeOf(/<data id="state"[^>]*>/.exec(text)?.[0] ?? '', 'value') || this.#state
    for (const [, target = '', swap = 'innerHTML', html = ''] of text.matchAll(partial)) this.#apply(target, swap, html)
    this.#update()
    this.#tell()
  }

  #apply(target: string, swap: string, html: string): void {
    if (target === 'list') this.#takeList(swap, html)
    else if (target === 'gone') this.#takeGone()
    else if (target.startsWith('m-') && swap === 'delete')
      this.#show(this.rows.filter(({ id }) => `m-${id}` !== target))
    else if (target.endsWith('>article')) {
      const [row] = readRows(html)
      if (row) this.#show(this.rows.map(each => (`m-${each.id}>article` === target ? row : each)))
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
    this.#drafts.giveUp(this.#outbox.clear())
  }

  #takeAnswer(nonce: string, html: string): void {
    if (html) this.#outbox.answer(nonce, readAnswer(html))
    else this.#outbox.settle(new Set([nonce]))
  }

  #show(rows: Row[]): void {
    this.rows = rows
    for (const { id, text } of rows) {
      if (!this.shownAt.has(text)) this.shownAt.set(text, Date.now())
      this.shownAs.set(text, (this.shownAs.get(text) ?? new Set()).add(id))
    }
    // A message in the list has arrived.
    this.#outbox.settle(new Set(rows.map(({ nonce }) => nonce)))
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
