import type { Clock } from './chat/clock.js'
import type { UserId } from './chat/engine.js'
import { ChatError } from './chat/errors.js'
import { FairTurns } from './fair-turns.js'
import { stuckMs } from './text-parts.js'
import type { UnreadBytes } from './unread-bytes.js'

/** The bytes of a page whose window is full: a mebibyte of text, and what stands around it. */
const fullPageBytes = 1.25 * 1_048_576
/** How long an answer waits until there is room for it beside what is unread, ms: as long as a request waits for its turn. */
const longestWaitMs = 3000
/** How many answers may wait for one person: as many as RATE_LIMIT_REQUESTS lets them ask for in the longest wait. */
const mostWaitingEach = 125

export interface AnswerTurnsDeps {
  readonly clock: Clock
  readonly unread: Pick<UnreadBytes, 'hasRoomFor' | 'hasRoomInAll' | 'less'>
  /** How many may be made at once, of all people together. */
  readonly atOnce: number
  /** Called before each is made. */
  readonly relieve: () => void
}

/**
 * Turns for making answers that may be long: pages, lists and catch-ups. From before its messages are read until its bytes are
 * counted as unread, each takes memory that nothing else counts. So one is made at a time for each person, few for all together, and
 * none begins while there is no room for it beside what is unread; people take turns.
 */
export class AnswerTurns {
  readonly #deps: AnswerTurnsDeps
  readonly #ofPerson = new FairTurns<UserId>({
    atOnce: Number.POSITIVE_INFINITY,
    maxWaitingEach: mostWaitingEach,
    retryAfterMs: longestWaitMs,
  })
  readonly #ofAll: FairTurns<UserId>

  constructor(deps: AnswerTurnsDeps) {
    this.#deps = deps
    this.#ofAll = new FairTurns({ atOnce: deps.atOnce, retryAfterMs: longestWaitMs })
  }

  /**
   * Makes an answer for a person once it is its turn. It waits for room for three seconds. Where it is others who leave none, `work`
   * is done all the same, as its answer may be short.
   * @param work reads, renders, and has the bytes counted; must not wait for another turn of the same person
   * @throws ChatError `rate_limited` if too much waits for the same person; whatever `work` throws
   */
  async run<T>(owner: UserId, work: () => T | Promise<T>): Promise<T> {
    const { unread } = this.#deps
    const hasOwnRoom = () => unread.hasRoomFor(owner, fullPageBytes)
    return this.#run(owner, hasOwnRoom, () => {
      if (!hasOwnRoom()) throw new ChatError('rate_limited', stuckMs)
      return work()
    })
  }

  /** The same for a catch-up, which makes room for itself at the cost of the person's connection that is furthest behind. */
  async runCatchUp<T>(owner: UserId, work: () => T | Promise<T>): Promise<T> {
    return this.#run(owner, () => true, work)
  }

  async #run<T>(owner: UserId, hasOwnRoom: () => boolean, work: () => T | Promise<T>): Promise<T> {
    const { clock, unread, relieve } = this.#deps
    const deadline = clock.now() + longestWaitMs
    const endOwn = await this.#takeOwn(owner)
    try {
      const hasRoom = () => hasOwnRoom() && unread.hasRoomInAll(fullPageBytes)
      while (!hasRoom() && clock.now() < deadline) await this.#lessUntil(deadline)
      const end = await this.#ofAll.take(owner)
      try {
        relieve()
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

  /** Resolves once less is unread, or at a moment. */
  async #lessUntil(deadline: number): Promise<void> {
    const { clock, unread } = this.#deps
    let cancel = () => {}
    const isOver = new Promise<void>(resolve => {
      cancel = clock.after(deadline - clock.now(), resolve)
    })
    await Promise.race([unread.less(), isOver])
    cancel()
  }
}
