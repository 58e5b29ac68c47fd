import type { Clock } from '../../chat/clock.js'
import type { UserId } from '../../chat/engine.js'

/** A longer frame counts as several, because reading it costs more. */
const bytesPerFrame = 2560
/** Unused budget is saved up for this long at most: a burst may be one second's worth of frames. */
const burstMs = 1000

/** One socket's part in its person's budget. */
export interface FrameShare {
  /** Counts a frame and returns how many ms it must wait. The socket must read its next frame only after that. */
  take(bytes: number): number
  /** Must be called when the socket has closed. A frame that is still waiting is not counted. */
  end(): void
}

interface Budget {
  sockets: number
  /** When the budget is whole again. */
  clearAt: number
}

/**
 * Limits how fast a person may send over all their sockets, in frames and in bytes, so that opening many sockets buys no
 * more of the server's time. A frame that comes too early waits its turn; none is lost.
 */
export class FrameBudgets {
  readonly #clock: Clock
  readonly #msPerFrame: number
  readonly #budgets = new Map<UserId, Budget>()

  /** @param perSecond how many frames of up to 2,560 bytes a person may send a second */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock
    this.#msPerFrame = 1000 / perSecond
  }

  /** How many budgets are kept: those of people with open sockets, and those that are not whole again yet. */
  get size(): number {
    return this.#budgets.size
  }

  /** Begins to count the frames of a new socket. */
  open(userId: UserId): FrameShare {
    const budget = this.#budgets.get(userId) ?? { sockets: 0, clearAt: 0 }
    this.#budgets.set(userId, budget)
    budget.sockets += 1
    return new Share(this, userId, budget)
  }

  /** Counts a frame of a socket. */
  take(share: Share, bytes: number): number {
    const { budget } = share
    const now = this.#clock.now()
    const costMs = this.#msPerFrame * Math.max(1, bytes / bytesPerFrame)
    budget.clearAt = Math.max(budget.clearAt, now) + costMs
    // A frame that costs more than a whole burst is read once the budget is whole.
    const waitMs = Math.max(0, Math.ceil(budget.clearAt - now - Math.max(burstMs, costMs)))
    share.waitingCostMs = costMs
    share.waitingUntilMs = now + waitMs
    return waitMs
  }

  /** Ends the part of a socket that has closed. */
  end({ userId, budget, waitingCostMs, waitingUntilMs }: Share): void {
    // A waiting frame is never read. Left counted, sockets that close with one waiting would add up to ever longer waits.
    if (this.#clock.now() < waitingUntilMs) budget.clearAt -= waitingCostMs
    budget.sockets -= 1
    this.#forgetWhenClear(userId, budget)
  }

  /** Forgets a budget only once it is whole: otherwise closing a socket and opening another would reset it. */
  #forgetWhenClear(userId: UserId, budget: Budget): void {
    if (budget.sockets > 0 || this.#budgets.get(userId) !== budget) return
    const leftMs = budget.clearAt - this.#clock.now()
    if (leftMs <= 0) this.#budgets.delete(userId)
    else this.#clock.after(Math.ceil(leftMs), () => this.#forgetWhenClear(userId, budget))
  }
}

/** One socket's part. An object of a class: functions would each keep a context, for each of many idle sockets. */
class Share implements FrameShare {
  readonly #budgets: FrameBudgets
  readonly userId: UserId
  readonly budget: Budget
  waitingCostMs = 0
  waitingUntilMs = 0
  #isOver = false

  constructor(budgets: FrameBudgets, userId: UserId, budget: Budget) {
    this.#budgets = budgets
    this.userId = userId
    this.budget = budget
  }

  take(bytes: number): number {
    return this.#budgets.take(this, bytes)
  }

  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#budgets.end(this)
  }
}
