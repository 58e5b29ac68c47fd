import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Request, RequestHandler } from 'express'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { ReadPace } from '../live/transport/read-pace.js'
import { onceOver } from '../live/transport/response-end.js'
import { partLength, stuckMs } from '../text-parts.js'
import { UnreadBytes } from '../unread-bytes.js'
import { sendLong } from './long-answers.js'

/** How often unfinished answers are checked, in milliseconds. */
const lookMs = 1000
/** A long text may hold messages that have expired since: it is cut after this many milliseconds, however it is read. */
const longestMs = 60_000
/** The most bytes that may wait for all strangers together. */
const mostStrangersBytes = 8 * 1_048_576
/** The id under which all strangers count as one person. */
const strangers = 'strangers'

declare global {
  namespace Express {
    interface Response {
      /**
       * Counts bytes that wait in memory until this answer is sent, for the person who asked.
       * @throws ChatError what `expectUnread` throws
       */
      holdUnread(bytes: number): void
      /**
       * Refuses a long answer before it is made. `bytes`: an upper bound for its length.
       * @throws ChatError if it is long and does not fit beside the bytes that wait already: `rate_limited` for the person who
       *   asked, `server_busy` for strangers, who share one limit
       */
      expectUnread(bytes: number): void
    }
  }
}

/** The progress of an answer. */
interface Progress {
  /** The bytes that its connection has taken, and when it last took any. */
  takenBytes: number
  takenAt: number
  /** The bytes known to be in memory until it is sent. */
  heldBytes: number
  /** The moment at which it is cut at the latest. */
  endsAt: number
  readonly pace: ReadPace
}

/** The answers that are being sent: one that nobody reads is cut, and all of one person have a common bound. */
export class Answers {
  readonly #clock: Clock
  readonly #unread: UnreadBytes
  readonly #ofStrangers = new UnreadBytes(mostStrangersBytes)
  readonly #watched = new Map<ServerResponse, Progress>()
  #isLooking = false

  constructor(clock: Clock, unread: UnreadBytes) {
    this.#clock = clock
    this.#unread = unread
  }

  /**
   * Cuts the connection of an answer if nothing of it was read for ten seconds, if it is long and read at less than a
   * kilobyte a second, or if its long text is not sent after a minute. Event streams do this themselves. When an answer ends,
   * the stream piped into it is destroyed.
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
    // A file piped into an answer that ends early would stay open for ever.
    response.once('pipe', (source: Readable) => onceOver(response, () => source.destroy()))
    this.#lookLater()
    next()
  }

  /** Counts the bytes that answers hold. Must come after the compression, whose buffers hold what is written. */
  readonly hold: RequestHandler = (request, response, next) => {
    response.expectUnread = bytes => {
      const { unread, ownerId } = this.#countOf(request)
      // A short answer is never refused: it may confirm a change, or be the refusal of a long one.
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
      if (body.length <= partLength) {
        response.holdUnread(Buffer.byteLength(body))
        return send(body)
      }
      const bytes = Buffer.from(body)
      response.holdUnread(bytes.length)
      const progress = this.#watched.get(response)
      if (progress) progress.endsAt = this.#clock.now() + longestMs
      sendLong(request, response, bytes)
      return response
    }
    next()
  }

  #countOf({ account }: Request): { unread: UnreadBytes; ownerId: string } {
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
