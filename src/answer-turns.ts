import type { Clock } from './chat/clock.js'
import type { UserId } from './chat/engine.js'
import { ChatError } from './chat/errors.js'
import { FairTurns } from './fair-turns.js'
import type { UnreadBytes } from './unread-bytes.js'

/** The bytes of a page whose window is full: a mebibyte of text, and what stands around it. */
const fullPageBytes = 1.25 * 1_048_576
/** How long an answer waits until there is room beside what its person has not read, ms: as long as a request waits for its turn. */
const longestWaitMs = 3000

export interface AnswerTurnsDeps {
  readonly clock: Clock
  readonly unread: Pick<UnreadBytes, 'limits' | 'hasRoomFor' | 'makeRoom' | 'onLess'>
  /** How many may be made at once, of all people together. */
  readonly atOnce: number
  /** How many of one person may. */
  readonly atOnceEach: number
  /** How many may wait for one person. */
  readonly mostWaitingEach: number
  /** Called before each is made. */
  readonly relieve: () => void
}

/**
 * Turns for making answers that may be long: pages, lists and catch-ups. From before its messages are read until its bytes are
 * counted as unread, each takes memory that nothing else counts. So few are made at a time for each person and for all together, and
 * people take turns.
 */
export class AnswerTurns {
  readonly #deps: AnswerTurnsDeps
  readonly #ofPerson: FairTurns<UserId>
  readonly #ofAll: FairTurns<UserId>
  /** Half of what one person may leave unread where that is less than a page: it would else wait for all of it to be read. */
  readonly #roomBytes: number

  constructor(deps: AnswerTurnsDeps) {
    const { unread, atOnce, atOnceEach, mostWaitingEach } = deps
    this.#deps = deps
    this.#roomBytes = Math.min(fullPageBytes, unread.limits.each / 2)
    const each = { atOnceEach, retryAfterMs: longestWaitMs }
    this.#ofPerson = new FairTurns({ ...each, atOnce: Number.POSITIVE_INFINITY, maxWaitingEach: mostWaitingEach })
    this.#ofAll = new FairTurns({ ...each, atOnce })
  }

  /**
   * Makes an answer for a person once it is its turn, and there is room for a page beside what they have not read. It waits for room
   * for three seconds, and is made all the same then, as it may be short.
   * @param work reads, renders, and has the bytes counted; must not wait for another turn of the same person
   * @throws ChatError `rate_limited` if too much waits for the same person; whatever `work` throws
   */
  run<T>(owner: UserId, work: () => T | Promise<T>): Promise<T> {
    return this.#run(owner, work, true)
  }

  /** The same for a catch-up, which makes room for itself at the cost of the person's connection that is furthest behind. */
  runCatchUp<T>(owner: UserId, work: () => T | Promise<T>): Promise<T> {
    return this.#run(owner, work, false)
  }

  async #run<T>(owner: UserId, work: () => T | Promise<T>, waitsForRoom: boolean): Promise<T> {
    const deadline = this.#deps.clock.now() + longestWaitMs
    const endOwn = await this.#takeOwn(owner)
    try {
      if (waitsForRoom) await this.#awaitRoom(owner, deadline)
      const end = await this.#ofAll.take(owner)
      try {
        this.#deps.unread.makeRoom(owner, this.#roomBytes)
        this.#deps.relieve()
        return await work()
      } finally {
        end()
      }
    } finally {
      endOwn()
    }
  }

  async #takeOwn(owner: UserId): Promise<() => void> {
    try {
      return await this.#ofPerson.take(owner)
    } catch (error) {
      // It is this person who asks for too much.
      throw error instanceof ChatError ? new ChatError('rate_limited', error.retryAfterMs) : error
    }
  }

  async #awaitRoom(owner: UserId, deadline: number): Promise<void> {
    const { clock, unread } = this.#deps
    while (clock.now() < deadline && !unread.hasRoomFor(owner, this.#roomBytes)) {
      await new Promise<void>(resolve => {
        const goOn = () => {
          cancelTimer()
          cancelLess()
          resolve()
        }
        const cancelTimer = clock.after(deadline - clock.now(), goOn)
        const cancelLess = unread.onLess(owner, goOn)
      })
    }
  }
}
