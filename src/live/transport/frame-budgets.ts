import type { Clock } from '../../chat/clock.js'
import type { UserId } from '../../chat/engine.js'

/** A longer frame counts as several: reading it costs that much more. */
const bytesPerFrame = 2560
/** What a person has not said for a while they may say at once, but no more than this long allows. */
const burstMs = 1000

/** What one socket takes of its person's budget. */
export interface FrameShare {
  /** Counts a frame; the answer is how many milliseconds too early it is. One at a time: the next is read after that. */
  take(bytes: number): number
  /** The socket has gone, and what it waited for is not read. */
  end(): void
}

interface Account {
  sockets: number
  /** When nothing counts any more of what was said. */
  clearAt: number
}

/**
 * How fast a person may speak over all their sockets, in frames and in bytes: whoever opens many sockets has no more of
 * the server's time than with a few. A frame that comes too early waits, in the order in which they came; none is lost.
 */
export class FrameBudgets {
  readonly #clock: Clock
  readonly #msPerFrame: number
  readonly #accounts = new Map<UserId, Account>()

  /** @param perSecond frames of a person, of 2,560 bytes at most each */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock
    this.#msPerFrame = 1000 / perSecond
  }

  /** How many people are known: those with sockets, and those who have said more than is forgotten yet. */
  get size(): number {
    return this.#accounts.size
  }

  /** Begins to count what a socket says. */
  open(userId: UserId): FrameShare {
    const account = this.#accounts.get(userId) ?? { sockets: 0, clearAt: 0 }
    this.#accounts.set(userId, account)
    account.sockets += 1
    let waiting = { costMs: 0, untilMs: 0 }
    let isOver = false
    return {
      take: bytes => {
        const now = this.#clock.now()
        const costMs = this.#msPerFrame * Math.max(1, bytes / bytesPerFrame)
        account.clearAt = Math.max(account.clearAt, now) + costMs
        // One that costs more than all that may be said at once is read when nothing else counts.
        const waitMs = Math.max(0, Math.ceil(account.clearAt - now - Math.max(burstMs, costMs)))
        waiting = { costMs, untilMs: now + waitMs }
        return waitMs
      },
      end: () => {
        if (isOver) return
        isOver = true
        // Else sockets that are opened and left with a frame waiting would make the person wait ever longer.
        if (this.#clock.now() < waiting.untilMs) account.clearAt -= waiting.costMs
        account.sockets -= 1
        this.#forgetWhenClear(userId, account)
      },
    }
  }

  /** Not before: a new socket would otherwise be a new budget. */
  #forgetWhenClear(userId: UserId, account: Account): void {
    if (account.sockets > 0 || this.#accounts.get(userId) !== account) return
    const leftMs = account.clearAt - this.#clock.now()
    if (leftMs <= 0) this.#accounts.delete(userId)
    else this.#clock.after(Math.ceil(leftMs), () => this.#forgetWhenClear(userId, account))
  }
}
