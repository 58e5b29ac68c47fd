import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { RequestHandler, Response } from 'express'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { onceOver } from '../live/response-end.js'
import type { Unread } from '../unread.js'

/** An answer of which nothing is taken for this long is cut, and there is room for another. */
const stuckMs = 10_000
/** How often the answers under way are looked at, in milliseconds. */
const lookMs = 1000
/** An answer longer than this goes out in parts of so many UTF-16 units, so that it shows whether any of it is read. */
const partLength = 16_384

declare global {
  namespace Express {
    interface Response {
      /**
       * Counts bytes of this answer that wait in memory until it is out, for the person who asked.
       * @throws ChatError `rate_limited` when they are many and do not fit beside what waits for that person already
       */
      holdUnread(bytes: number): void
      /**
       * Refuses a long answer before it is made. `bytes`: what it may be at most.
       * @throws ChatError `rate_limited` when that does not fit beside what waits for the person who asked already
       */
      expectUnread(bytes: number): void
    }
  }
}

/** How far the connection of an answer has got. */
interface Progress {
  readonly takenBytes: number
  readonly since: number
}

/** The answers under way. None holds memory for a reader who does not read, and nobody has too many of them held. */
export class Answers {
  readonly #clock: Clock
  readonly #unread: Unread
  readonly #watched = new Map<ServerResponse, Progress>()
  #isLooking = false

  constructor(clock: Clock, unread: Unread) {
    this.#clock = clock
    this.#unread = unread
  }

  /**
   * Cuts the connection of an answer of which nothing was read for ten seconds; streams of events see to that themselves.
   * With an answer ends what flows into it.
   */
  readonly watch: RequestHandler = (_request, response, next) => {
    this.#watched.set(response, { takenBytes: 0, since: this.#clock.now() })
    onceOver(response, () => this.#watched.delete(response))
    // A file that is piped into an answer which ends early would stay open for ever.
    response.once('pipe', (source: Readable) => onceOver(response, () => source.destroy()))
    this.#lookLater()
    next()
  }

  /** Counts what answers hold. To come after the compression, whose buffers hold what is written here. */
  readonly hold: RequestHandler = (request, response, next) => {
    response.expectUnread = bytes => {
      const userId = request.account?.id
      // A short answer may say what has been done, or that a long one is refused: that is never taken back.
      if (userId === undefined || bytes <= partLength) return
      if (!this.#unread.hasRoomFor(userId, bytes)) throw new ChatError('rate_limited', stuckMs)
    }
    response.holdUnread = bytes => {
      const userId = request.account?.id
      if (userId === undefined) return
      response.expectUnread(bytes)
      const share = this.#unread.open(userId, null)
      share.set(bytes)
      onceOver(response, () => share.end())
    }
    const send = response.send.bind(response)
    response.send = body => {
      const hasBody = typeof body === 'string' && request.method !== 'HEAD' && !request.fresh
      if (!hasBody) return send(body)
      response.holdUnread(Buffer.byteLength(body))
      return body.length <= partLength ? send(body) : sendInParts(response, body)
    }
    next()
  }

  #lookLater(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    this.#clock.after(lookMs, () => {
      this.#isLooking = false
      this.#look()
      if (this.#watched.size > 0) this.#lookLater()
    })
  }

  #look(): void {
    const now = this.#clock.now()
    for (const [response, { takenBytes, since }] of this.#watched) {
      const { socket } = response.req
      const taken = socket.bytesWritten - socket.writableLength
      if (response.getHeader('Content-Type') === 'text/event-stream') this.#watched.delete(response)
      else if (response.writableLength === 0 || taken !== takenBytes) {
        this.#watched.set(response, { takenBytes: taken, since: now })
      } else if (now - since >= stuckMs) socket.destroy()
    }
  }
}

function sendInParts(response: Response, text: string): Response {
  if (response.get('Content-Type') === undefined) response.type('html')
  response.set('Content-Length', String(Buffer.byteLength(text)))
  Readable.from(partsOf(text)).pipe(response)
  return response
}

/** No character is torn in two. */
function* partsOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const to = from + partLength
    const isTorn = /[\uD800-\uDBFF]/.test(text.charAt(to - 1))
    yield text.slice(from, isTorn ? to - 1 : to)
    from = isTorn ? to - 1 : to
  }
}
