import WebSocket from 'ws'
import { EventStream, type StreamEvent } from './event-stream.js'
import type { HttpClient } from './http-client.js'

/** How a page is connected: by a socket, or by server-sent events and posts. */
export type LineKind = 'socket' | 'stream'

/** What a connection tells its page. */
export interface LineEvents {
  opened(): void
  /** HTML has come. */
  took(html: string): void
  /** It is over, by the code with which the server closed it; 1006 if it was lost. */
  closed(code: number): void
}

/** A page's connection to its server. */
export interface PageLine {
  readonly isOpen: boolean
  say(frame: Record<string, string>): void
  end(): void
}

/** Where and for whom a page connects. */
export interface LineAddress {
  /** The address in the page's markup, with the state that the page shows. */
  readonly url: URL
  readonly client: HttpClient
  /** The path of the chat. */
  readonly chat: string
  /** The token of the page's forms. */
  readonly token: string
  /** How long an answer may take, in ms. */
  readonly patienceMs: number
}

const lost = 1006

class SocketLine implements PageLine {
  readonly #socket: WebSocket

  constructor({ url, client, patienceMs }: LineAddress, events: LineEvents) {
    const address = new URL(url)
    address.protocol = 'ws:'
    const headers = { cookie: client.cookieHeader }
    this.#socket = new WebSocket(address, { headers, handshakeTimeout: patienceMs })
    this.#socket.on('error', () => {})
    this.#socket.on('open', () => events.opened())
    this.#socket.on('message', data => events.took(data.toString()))
    this.#socket.on('close', code => events.closed(code))
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  say(frame: Record<string, string>): void {
    this.#socket.send(JSON.stringify({ ...frame, headers: { 'HX-Request': 'true' } }))
  }

  end(): void {
    this.#socket.terminate()
  }
}

class StreamLine implements PageLine {
  isOpen = false
  readonly #address: LineAddress
  readonly #events: LineEvents
  readonly #abort = new AbortController()
  #code = lost

  constructor(address: LineAddress, events: LineEvents) {
    this.#address = address
    this.#events = events
    void this.#listen()
  }

  say({ type = '', ...fields }: Record<string, string>): void {
    const isMessage = type === 'message:send'
    void this.#post(isMessage ? 'messages' : 'frames', isMessage ? fields : { type, ...fields })
  }

  end(): void {
    this.isOpen = false
    this.#abort.abort()
  }

  async #listen(): Promise<void> {
    const { url, client, chat, patienceMs } = this.#address
    const address = new URL(`${chat}/events`, url)
    for (const [name, value] of url.searchParams) if (name !== 'room') address.searchParams.set(name, value)
    const patience = setTimeout(() => this.#abort.abort(), patienceMs)
    try {
      const stream = await EventStream.open(client, address.href, undefined, {
        headers: { 'hx-request': 'true' },
        abort: this.#abort,
        onEvent: event => this.#take(event),
      })
      clearTimeout(patience)
      this.isOpen = true
      this.#events.opened()
      await stream.ended
    } catch (error) {
      // A server that is not there: the page sees a connection that is closed.
      if (!(error instanceof Error)) throw error
    }
    clearTimeout(patience)
    this.isOpen = false
    this.#events.closed(this.#code)
  }

  #take({ event, data }: StreamEvent): void {
    if (event === '') this.#events.took(data)
    else if (event === 'connection:close' || event === 'connection:away') this.#code = Number(data)
  }

  /** Posts a form. One that gets no answer is sent again by the outbox. */
  async #post(name: string, fields: Record<string, string>): Promise<void> {
    const { url, client, chat, token, patienceMs } = this.#address
    const headers = { 'hx-request': 'true', 'csrf-token': token }
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(patienceMs)])
    const posted = client.request('POST', new URL(`${chat}/${name}`, url).href, {
      body: new URLSearchParams(fields),
      headers,
      signal,
    })
    const html = await posted.then(response => response.text()).catch(() => '')
    if (html) this.#events.took(html)
  }
}

/** Connects a page. */
export function openLine(kind: LineKind, address: LineAddress, events: LineEvents): PageLine {
  return kind === 'socket' ? new SocketLine(address, events) : new StreamLine(address, events)
}
