import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Request, RequestHandler, Response } from 'express'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { ReadPace } from '../live/transport/read-pace.js'
import { onceOver } from '../live/transport/response-end.js'
import { partLength, partsOf, stuckMs } from '../text-parts.js'
import { Unread } from '../unread.js'

/** How often the answers under way are looked at, in milliseconds. */
const lookMs = 1000
/** A long text may hold messages that have vanished since: it is cut after this long, in milliseconds, however it is read. */
const longestMs = 60_000
/** What may wait for all people together who are not known. */
const mostStrangersBytes = 8 * 1_048_576
/** Under this name strangers count as one person. */
const strangers = 'strangers'

declare global {
  namespace Express {
    interface Response {
      /**
       * Counts bytes of this answer that wait in memory until it is out, for the person who asked.
       * @throws ChatError what `expectUnread` throws
       */
      holdUnread(bytes: number): void
      /**
       * Refuses a long answer before it is made. `bytes`: what it may be at most.
       * @throws ChatError when that is many and does not fit beside what waits already: `rate_limited` for the person who
       *   asked, `server_busy` for strangers, who have one limit together
       */
      expectUnread(bytes: number): void
    }
  }
}

/** How far an answer has got. */
interface Progress {
  /** What its connection has taken, and when it last took anything. */
  takenBytes: number
  takenAt: number
  /** What it is known to hold until it is out. */
  heldBytes: number
  /** When it is cut at the latest. */
  endsAt: number
  readonly pace: ReadPace
}

/** The answers under way. One that nobody reads is cut, and each person's together are bounded. */
export class Answers {
  readonly #clock: Clock
  readonly #unread: Unread
  readonly #ofStrangers = new Unread(mostStrangersBytes)
  readonly #watched = new Map<ServerResponse, Progress>()
  #isLooking = false

  constructor(clock: Clock, unread: Unread) {
    this.#clock = clock
    this.#unread = unread
  }

  /**
   * Cuts the connection of an answer of which nothing was read for ten seconds, which is long and is read at less than a
   * kilobyte a second, or whose long text is not out after a minute. Streams of events see to that themselves. With an
   * answer ends what flows into it.
   */
  readonly watch: RequestHandler = (_request, response, next) => {
    this.#watched.set(response, {
      takenBytes: 0,
      takenAt: this.#clock.now(),
      heldBytes: 0,
      endsAt: Number.POSITIVE_INFINITY,
      pace: new ReadPace(this.#clock, () => response.req.socket.destroy()),
    })
    onceOver(response, () => this.#forget(response))
    // A file that is piped into an answer which ends early would stay open for ever.
    response.once('pipe', (source: Readable) => onceOver(response, () => source.destroy()))
    this.#lookLater()
    next()
  }

  /** Counts what answers hold. To come after the compression, whose buffers hold what is written here. */
  readonly hold: RequestHandler = (request, response, next) => {
    response.expectUnread = bytes => {
      const { unread, ownerId } = this.#countOf(request)
      // A short answer may say what has been done, or that a long one is refused: that is never taken back.
      if (bytes <= partLength || unread.hasRoomFor(ownerId, bytes)) return
      throw new ChatError(ownerId === strangers ? 'server_busy' : 'rate_limited', stuckMs)
    }
    response.holdUnread = bytes => {
      response.expectUnread(bytes)
      const { unread, ownerId } = this.#countOf(request)
      const share = unread.open(ownerId, null)
      share.set(bytes)
      onceOver(response, () => share.end())
      const progress = this.#watched.get(response)
      if (progress) progress.heldBytes = bytes
    }
    const send = response.send.bind(response)
    response.send = body => {
      const hasBody = typeof body === 'string' && request.method !== 'HEAD' && !request.fresh
      if (!hasBody) return send(body)
      const bytes = Buffer.byteLength(body)
      response.holdUnread(bytes)
      if (body.length <= partLength) return send(body)
      const progress = this.#watched.get(response)
      if (progress) progress.endsAt = this.#clock.now() + longestMs
      return sendInParts(response, body, bytes)
    }
    next()
  }

  #countOf({ account }: Request): { unread: Unread; ownerId: string } {
    return account ? { unread: this.#unread, ownerId: account.id } : { unread: this.#ofStrangers, ownerId: strangers }
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
    for (const [response, progress] of this.#watched) {
      const { socket } = response.req
      const { takenBytes, takenAt, heldBytes, endsAt, pace } = progress
      if (response.getHeader('Content-Type') === 'text/event-stream') {
        this.#forget(response)
        continue
      }
      const taken = socket.bytesWritten - socket.writableLength
      const hasProgressed = response.writableLength === 0 || taken !== takenBytes
      pace.noteTaken(taken - takenBytes)
      pace.noteWaiting(Math.max(heldBytes, response.writableLength))
      progress.takenBytes = taken
      if (hasProgressed) progress.takenAt = now
      if (now >= endsAt || (!hasProgressed && now - takenAt >= stuckMs)) socket.destroy()
    }
  }

  #forget(response: ServerResponse): void {
    this.#watched.get(response)?.pace.end()
    this.#watched.delete(response)
  }
}

function sendInParts(response: Response, text: string, bytes: number): Response {
  if (response.get('Content-Type') === undefined) response.type('html')
  response.set('Content-Length', String(bytes))
  Readable.from(partsOf(text)).pipe(response)
  return response
}
