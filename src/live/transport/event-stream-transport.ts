import type { ServerResponse } from 'node:http'
import type { Clock } from '../../chat/clock.js'
import type { UnreadShare } from '../../unread-bytes.js'
import { type CloseCode, closeTimeoutMs } from '../client/close-codes.js'
import type { Transport } from '../client/transport.js'
import { onceOver } from './response-end.js'
import { type Channel, type Part, WriteQueue } from './write-queue.js'

/**
 * Server-sent events as a transport. The id of an event is the page's state, which the browser sends back as
 * `Last-Event-ID` when it reconnects.
 */
export class EventStreamTransport implements Transport {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #queue: WriteQueue

  /** @param share is told how many bytes are unread; null if they count against nobody's limit */
  constructor(response: ServerResponse, clock: Clock, share: UnreadShare | null = null) {
    this.#response = response
    this.#clock = clock
    const channel: Channel = {
      get bufferedBytes() {
        return response.writableLength
      },
      send: (text, bytes, state, onTaken) =>
        void response.write(eventPart({ text, isFirst: true, isLast: true, state }), () => onTaken(1, bytes)),
      sendPart: (part, onTaken) => void response.write(eventPart(part), onTaken),
      cut: () => this.cut(),
    }
    this.#queue = new WriteQueue(clock, channel, share)
    onceOver(response, () => this.#queue.end())
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // no-transform keeps compression from holding events back; X-Accel-Buffering does the same for nginx.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    response.flushHeaders()
  }

  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  write(text: string, state?: string): void {
    if (this.#isOpen) this.#queue.write(text, state)
  }

  catchUp(text: string, state?: string): void {
    if (this.#isOpen) this.#queue.catchUp(text, state)
  }

  taken(): Promise<void> {
    return this.#queue.taken()
  }

  /** A stream has no close codes, so a last event carries it. As with a socket, the page just reconnects unless the code is above 4400. */
  close(code: CloseCode): void {
    if (!this.#isOpen) return
    // In the middle of a catch-up the code would become part of its text. Cut instead: browsers drop an unfinished event,
    // and the page learns the reason when it reconnects.
    if (this.#queue.isCatchingUp) this.cut()
    else {
      this.#response.end(`event: ${code > 4400 ? 'connection:close' : 'connection:away'}\ndata: ${code}\n\n`)
      onceOver(
        this.#response,
        this.#clock.after(closeTimeoutMs, () => this.cut()),
      )
    }
  }

  /** Also destroys the socket: a pipelined response has no socket of its own yet, so destroying it alone does nothing. */
  cut(): void {
    this.#response.destroy()
    this.#response.req.socket.destroy()
  }

  whenClosed(callback: () => void): void {
    onceOver(this.#response, callback)
  }

  cutIfStalled(): void {
    this.#queue.cutIfStalled()
  }

  get #isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed
  }
}

/** Formats a part of an event. Formatting a mebibyte of lines at once would block the event loop for 100 ms. */
function eventPart({ text, isFirst, isLast, state }: Part): string {
  // Sent as a named event: the page's script hears it, and htmx swaps nothing.
  if (text === '{}' && isFirst) return 'event: connection:beat\ndata:\n\n'
  const id = state === undefined ? '' : `id: ${state}\n`
  const head = isFirst ? `${id}data: ` : ''
  // Only CR and LF end a line of an event stream. The flag `m` would also break at U+2028 and U+2029, and alter the text.
  return `${head}${text.replace(/\r\n|\r|\n/g, '\ndata: ')}${isLast ? '\n\n' : ''}`
}
