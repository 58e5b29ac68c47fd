import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { RequestHandler, Response } from 'express'
import type { AnswerTurns } from '../answer-turns.js'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { ReadPace } from '../live/transport/read-pace.js'
import { onceOver } from '../live/transport/response-end.js'
import { partLength, stuckMs } from '../text-parts.js'
import { UnreadBytes } from '../unread-bytes.js'
import { AnswerShare, type UnreadOf } from './answer-share.js'
import { leastPacked, sendText } from './text-answers.js'

/** How often unfinished answers are checked, in milliseconds. */
const lookMs = 1000
/** A long text may hold messages that have expired since: it is cut after this many milliseconds, however it is read. */
const longestMs = 60_000
/** The most bytes that may wait for all strangers together. */
const mostStrangersBytes = 8 * 1_048_576
/** Of whoever has waited for longer, in milliseconds, the session may have ended meanwhile. */
const freshMs = 100

declare global {
  namespace Express {
    interface Response {
      /**
       * Counts so many bytes that wait in memory until this answer is sent, for the person who asked, in the place of what was expected
       * or held so far.
       * @throws ChatError what `expectUnread` throws, if they are more than were counted already
       */
      holdUnread(bytes: number): void
      /**
       * Refuses a long answer before it is made, or counts it from now on. `bytes`: about its length, and hardly less.
       * @throws ChatError if it is long and does not fit beside the bytes that wait already: `rate_limited` if the person has asked for
       *   too much; `server_busy` if all have, and nobody holds more, and for strangers, who share one limit
       */
      expectUnread(bytes: number): void
      /**
       * Does what may make a long answer once it is this person's turn; not at all if they have gone meanwhile. Within such work it is
       * done at once.
       * After it had to wait, `findAgain` finds who is logged in.
       * @throws ChatError `rate_limited` if too much waits for them; `unauthenticated` if they are logged out meanwhile; whatever
       *   `work` throws
       */
      inTurn(work: () => void | Promise<void>): Promise<void>
      /** Find who is logged in again. Set by the guards of the route. */
      findAgain?: readonly RequestHandler[]
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
  readonly #unreadOf: UnreadOf
  readonly #turns: Pick<AnswerTurns, 'run'>
  readonly #watched = new Map<ServerResponse, Progress>()
  #isLooking = false

  constructor(clock: Clock, unread: UnreadBytes, turns: Pick<AnswerTurns, 'run'>) {
    this.#clock = clock
    // They count as one person, of whom no answer is cut for another.
    const strangers = new UnreadBytes({ each: mostStrangersBytes, all: Number.POSITIVE_INFINITY })
    this.#unreadOf = { people: unread, strangers }
    this.#turns = turns
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
    const share = new AnswerShare(request, response, this.#unreadOf)
    response.expectUnread = bytes => share.expect(bytes)
    response.holdUnread = bytes => {
      share.hold(bytes)
      const progress = this.#watched.get(response)
      if (progress) progress.heldBytes = bytes
    }
    let isInTurn = false
    let packing: Promise<void> | null = null
    response.inTurn = async work => {
      const { account, socket } = request
      if (isInTurn || !account) return work()
      share.begin()
      const askedAt = this.#clock.now()
      await this.#turns.run(account.id, async () => {
        if (socket.destroyed) return
        if (this.#clock.now() - askedAt > freshMs) await findMember(request, response)
        isInTurn = true
        try {
          await work()
          // Until then the text is held as it is, also of an answer that is cut.
          await packing
        } finally {
          isInTurn = false
        }
      })
    }
    const send = response.send.bind(response)
    response.send = body => {
      const hasBody = typeof body === 'string' && request.method !== 'HEAD' && !request.fresh
      if (!hasBody) return send(body)
      const bytes = Buffer.from(body)
      response.holdUnread(bytes.length)
      if (bytes.length < leastPacked) return send(body)
      const progress = this.#watched.get(response)
      if (progress && bytes.length > partLength) progress.endsAt = this.#clock.now() + longestMs
      const left = sendText(request, response, bytes)
      if (left instanceof Promise) packing = left.then(length => response.holdUnread(Math.min(length, bytes.length)))
      return response
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

/** Finds again who asks. @throws ChatError `unauthenticated` if they are logged in no more */
async function findMember(request: Parameters<RequestHandler>[0], response: Response): Promise<void> {
  for (const handle of response.findAgain ?? []) {
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => (error === undefined ? resolve() : reject(error))
      void Promise.resolve(handle(request, response, next)).catch(reject)
    })
  }
  if (!request.account) throw new ChatError('unauthenticated')
}
