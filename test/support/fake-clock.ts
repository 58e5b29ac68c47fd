import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#src/chat/clock.js'

interface Timer {
  readonly dueAt: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>()
  #now: number
  /** How far the wall clock is ahead of this clock, in ms. */
  apartMs = 0
  awakeSince = Number.NEGATIVE_INFINITY

  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  /** How many callbacks are waiting. */
  get waiting(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  wallTimeOf(moment: number): number {
    return moment + this.apartMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { dueAt: this.#now + ms, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /**
   * Moves on by `ms` and calls each timer at the time it is due; timers of the same time in the order in which they were
   * set. Promises get their turn after each callback.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms
    for (let timer = this.#next(target); timer !== undefined; timer = this.#next(target)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.dueAt)
      timer.callback()
      await nextTurn()
    }
    this.#now = target
    await nextTurn()
  }

  /** Moves on by `ms` without calling any timer, as if the machine had slept or was too busy. */
  jump(ms: number): void {
    this.#now += ms
  }

  /** Moves on by `ms` without calling any timer, as if the process had been stopped. */
  standStill(ms: number): void {
    this.jump(ms)
    this.awakeSince = this.#now
  }

  #next(target: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueAt <= target && (next === undefined || timer.dueAt < next.dueAt)) next = timer
    }
    return next
  }
}
