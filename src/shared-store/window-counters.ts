import type { Clock } from '../chat/clock.js'
import type { CountWindow, WindowCount } from './shared-store.js'

const maxKeys = 100_000

/** The hits of a key since its window began. Those over the limit fill the windows that follow. */
interface Counter {
  startedAt: number
  count: number
}

/**
 * The counters of one limit, in memory. Keys whose window is over are dropped; if there are too many, those hit longest ago.
 */
export class WindowCounters {
  readonly #window: CountWindow
  readonly #clock: Clock
  /** The keys hit since the last sweep, and those hit between the two sweeps before: a sweep needs no search. */
  #recent = new Map<string, Counter>()
  #older = new Map<string, Counter>()
  #cancelSweep: (() => void) | null = null
  #longestWaitMs = 0

  constructor(window: CountWindow, clock: Clock) {
    this.#window = window
    this.#clock = clock
  }

  /** See `SharedStore.count`. */
  count(key: string, mostWaitMs: number): WindowCount {
    const now = this.#clock.now()
    const { windowMs, limit } = this.#window
    this.#longestWaitMs = Math.max(this.#longestWaitMs, mostWaitMs)
    const counter = this.#counterOf(key, now)
    const turnAt = counter.startedAt + Math.floor(counter.count / limit) * windowMs
    const waitMs = Math.max(0, turnAt - now)
    const isCounted = waitMs <= mostWaitMs
    if (isCounted) counter.count += 1
    return { isCounted, count: counter.count, waitMs, resetAfterMs: counter.startedAt + windowMs - now }
  }

  /** See `SharedStore.uncount`. */
  uncount(key: string): void {
    const counter = this.#recent.get(key) ?? this.#older.get(key)
    if (counter && counter.count > 0) counter.count -= 1
  }

  /** See `SharedStore.resetCount`. */
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

  #counterOf(key: string, now: number): Counter {
    const { windowMs, limit } = this.#window
    const counter = this.#recent.get(key) ?? this.#older.get(key) ?? { startedAt: now, count: 0 }
    if (!this.#recent.has(key)) {
      if (this.#recent.size >= maxKeys / 2) this.#makeRoom()
      this.#recent.set(key, counter)
      this.#cancelSweep ??= this.#sweepLater()
    }
    const windowsOver = Math.floor((now - counter.startedAt) / windowMs)
    if (windowsOver > 0) {
      counter.count = Math.max(0, counter.count - windowsOver * limit)
      counter.startedAt = counter.count > 0 ? counter.startedAt + windowsOver * windowMs : now
    }
    return counter
  }

  #makeRoom(): void {
    this.#older = this.#recent
    this.#recent = new Map()
  }

  #sweepLater(): () => void {
    return this.#clock.after(this.#window.windowMs + this.#longestWaitMs, () => {
      this.#makeRoom()
      this.#cancelSweep = this.#older.size > 0 ? this.#sweepLater() : null
    })
  }
}
