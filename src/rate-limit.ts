import type { Clock } from './chat/clock.js'
import { ChatError } from './chat/errors.js'

const maxKeys = 100_000

/** How many hits of one key pass in a window, which begins with the key's first hit. */
export interface LimitOptions {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
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

/** The hits of a key since its window began. Those over the limit fill the windows that follow. */
interface Counter {
  startedAt: number
  count: number
}

/**
 * A limit on how often something may happen, in memory. Pages, the API and sockets share the same limits. Keys whose window
 * is over are dropped; if there are too many, those hit longest ago.
 */
export class RateLimit implements LimitOptions {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
  readonly longestWaitMs: number
  readonly #clock: Clock
  /** The keys hit since the last sweep, and those hit between the two sweeps before: a sweep needs no search. */
  #recent = new Map<string, Counter>()
  #older = new Map<string, Counter>()
  #cancelSweep: (() => void) | null = null

  constructor({ name, windowMs, limit, longestWaitMs = 0 }: LimitOptions, clock: Clock) {
    this.name = name
    this.windowMs = windowMs
    this.limit = limit
    this.longestWaitMs = longestWaitMs
    this.#clock = clock
  }

  /** Counts a hit, and says whether it passes. A hit over the limit is not counted. */
  hit(key: string): LimitResult {
    return this.#count(key, 0)
  }

  /**
   * Counts a hit, and resolves when it passes: in the order of the hits, each in the first window that has room.
   * @throws ChatError `rate_limited` when that is later than `longestWaitMs`; the hit is not counted then
   */
  async takeTurn(key: string): Promise<void> {
    const { allowed, retryAfterMs, waitMs } = this.#count(key, this.longestWaitMs)
    if (!allowed) throw new ChatError('rate_limited', retryAfterMs)
    if (waitMs > 0) await new Promise<void>(resolve => void this.#clock.after(waitMs, resolve))
  }

  /** Takes one hit back, such as for a log-in that did not fail. */
  refund(key: string): void {
    const counter = this.#recent.get(key) ?? this.#older.get(key)
    if (counter && counter.count > 0) counter.count -= 1
  }

  /** Forgets a key. */
  reset(key: string): void {
    this.#recent.delete(key)
    this.#older.delete(key)
  }

  /** Forgets everything and ends the timer. */
  stop(): void {
    this.#cancelSweep?.()
    this.#recent.clear()
    this.#older.clear()
  }

  #count(key: string, mostMs: number): LimitResult & { waitMs: number } {
    const now = this.#clock.now()
    const { windowMs, limit } = this
    const counter = this.#counterOf(key, now)
    const turnAt = counter.startedAt + Math.floor(counter.count / limit) * windowMs
    const waitMs = Math.max(0, turnAt - now)
    const allowed = waitMs <= mostMs
    if (allowed) counter.count += 1
    return {
      allowed,
      limit,
      remaining: Math.max(limit - counter.count, 0),
      retryAfterMs: allowed ? 0 : waitMs - mostMs,
      resetAfterMs: counter.startedAt + windowMs - now,
      waitMs,
    }
  }

  #counterOf(key: string, now: number): Counter {
    const counter = this.#recent.get(key) ?? this.#older.get(key) ?? { startedAt: now, count: 0 }
    if (!this.#recent.has(key)) {
      if (this.#recent.size >= maxKeys / 2) this.#makeRoom()
      this.#recent.set(key, counter)
      this.#cancelSweep ??= this.#sweepLater()
    }
    const windowsOver = Math.floor((now - counter.startedAt) / this.windowMs)
    if (windowsOver > 0) {
      counter.count = Math.max(0, counter.count - windowsOver * this.limit)
      counter.startedAt = counter.count > 0 ? counter.startedAt + windowsOver * this.windowMs : now
    }
    return counter
  }

  #makeRoom(): void {
    this.#older = this.#recent
    this.#recent = new Map()
  }

  #sweepLater(): () => void {
    return this.#clock.after(this.windowMs + this.longestWaitMs, () => {
      this.#makeRoom()
      this.#cancelSweep = this.#older.size > 0 ? this.#sweepLater() : null
    })
  }
}
