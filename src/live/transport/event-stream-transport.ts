import type { ServerResponse } from 'node:http'
import type { Clock } from '../../chat/clock.js'
import type { UnreadShare } from '../../unread.js'
import type { Transport } from '../connections.js'
import { type CloseCode, closeTimeoutMs } from './close-codes.js'
import { onceOver } from './response-end.js'
import { type Channel, type Part, WriteQueue } from './write-queue.js'

/** A stream of server-sent events as a line. The id of an event is the state of the page, which a reconnect gives back. */
export class EventStreamTransport implements Transport {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #queue: WriteQueue

  /** @param share told how much waits to be read; null where that counts for nobody */
  constructor(response: ServerResponse, clock: Clock, share: UnreadShare | null = null) {
    this.#response = response
    this.#clock = clock
    const channel: Channel = {
      get bufferedBytes() {
        return response.writableLength
      },
      send: (part, onTaken) => void response.write(eventPart(part), onTaken),
      cut: () => this.cut(),
    }
    this.#queue = new WriteQueue(clock, channel, share)
    onceOver(response, () => this.#queue.end())
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // no-transform keeps a compression from holding events back, the other name a proxy from buffering them.
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

  /** A stream has no close codes: an event says why. The page acts upon those that are more than a line that ends. */
  close(code: CloseCode): void {
    if (!this.#isOpen) return
    // Within a catch-up the words would become a part of it. Half an event is shown by nobody, and who comes back hears why.
    if (this.#queue.isCatchingUp) this.cut()
    else {
      this.#response.end(`event: ${code > 4400 ? 'line:close' : 'line:away'}\ndata: ${code}\n\n`)
      onceOver(
        this.#response,
        this.#clock.after(closeTimeoutMs, () => this.cut()),
      )
    }
  }

  /** Ends the connection too: an answer that waits behind another on it has none of its own to end. */
  cut(): void {
    this.#response.destroy()
    this.#response.req.socket.destroy()
  }

  whenClosed(tell: () => void): void {
    onceOver(this.#response, tell)
  }

  cutIfStalled(): void {
    this.#queue.cutIfStalled()
  }

  get #isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed
  }
}

/** A part of an event. Made part by part: to break a mebibyte of lines in one piece takes a tenth of a second. */
function eventPart({ text, isFirst, isLast, state }: Part): string {
  // What keeps a socket alive is no message here: a named event is heard by the script and swapped by nobody.
  if (text === '{}' && isFirst) return 'event: line:beat\ndata:\n\n'
  const id = state === undefined ? '' : `id: ${state}\n`
  const head = isFirst ? `${id}data: ` : ''
  // Only these end a line of a stream; to `m` in a pattern U+2028 and U+2029 do too, and the text would arrive torn.
  return `${head}${text.replace(/\r\n|\r|\n/g, '\ndata: ')}${isLast ? '\n\n' : ''}`
}
