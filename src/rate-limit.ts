import { type Answer, goOn } from './chat/answer.js'
import type { Clock } from './chat/clock.js'
import { ChatError } from './chat/errors.js'
import { MemorySharedStore } from './shared-store/memory-store.js'
import type { CountWindow, SharedStore, WindowCount } from './shared-store/shared-store.js'

/** Where limits count. */
export type Counters = Pick<SharedStore, 'count' | 'uncount' | 'resetCount'>

/** How many hits of one key pass in a window, which begins with the key's first hit. */
export interface LimitOptions extends CountWindow {
  /** Milliseconds that a hit over the limit may wait for a later window; 0 by default. */
  readonly longestWaitMs?: number
}

/** The result of a hit. */
export interface LimitResult {
  readonly allowed: boolean
  readonly limit: number
  /** How many more pass in this window. */
  readonly remaining: number
  /** Milliseconds to wait before trying again; 0 when allowed. */
  readonly retryAfterMs: number
  /** Milliseconds until the window ends. */
  readonly resetAfterMs: number
}

/**
 * A limit on how often something may happen. Pages, the API and sockets share the same limits, and so do all nodes that share the
 * counters. Counters in memory answer at once; every method throws ChatError `storage_failed` when those of several nodes are away.
 */
export class RateLimit implements LimitOptions {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
  readonly longestWaitMs: number
  readonly #clock: Clock
  readonly #counters: Counters

  /** @param counters where it counts; in memory by default */
  constructor(
    { name, windowMs, limit, longestWaitMs = 0 }: LimitOptions,
    clock: Clock,
    counters: Counters = new MemorySharedStore(clock),
  ) {
    this.name = name
    this.windowMs = windowMs
    this.limit = limit
    this.longestWaitMs = longestWaitMs
    this.#clock = clock
    this.#counters = counters
  }

  /** Counts a hit, and says whether it passes. A hit over the limit is not counted. */
  hit(key: string): Answer<LimitResult> {
    return goOn(this.#counters.count(this, key, 0), counted => this.#resultOf(counted))
  }

  /**
   * Counts a hit, and resolves when it passes: in the order of the hits, each in the first window that has room.
   * @throws ChatError `rate_limited` when that is later than `longestWaitMs`; the hit is not counted then
   */
  async takeTurn(key: string): Promise<void> {
    const { isCounted, waitMs } = await this.#counters.count(this, key, this.longestWaitMs)
    if (!isCounted) throw new ChatError('rate_limited', waitMs - this.longestWaitMs)
    if (waitMs > 0) await new Promise<void>(resolve => void this.#clock.after(waitMs, resolve))
  }

  /** Takes one hit back, such as for a log-in that did not fail. */
  refund(key: string): Answer<void> {
    return this.#counters.uncount(this, key)
  }

  /** Forgets a key. */
  reset(key: string): Answer<void> {
    return this.#counters.resetCount(this, key)
  }

  #resultOf({ isCounted, count, waitMs, resetAfterMs }: WindowCount): LimitResult {
    return {
      allowed: isCounted,
      limit: this.limit,
      remaining: Math.max(this.limit - count, 0),
      retryAfterMs: isCounted ? 0 : waitMs,
      resetAfterMs,
    }
  }
}
