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

/** A limit on how often something may happen. Pages, the API and sockets share the same limits. */
export interface Limit extends LimitOptions {
  /** Counts a hit, and says whether it passes. A hit over the limit is not counted. */
  hit(key: string): LimitResult
  /**
   * Counts a hit, and resolves when it passes: in the order of the hits, each in the first window that has room.
   * @throws ChatError `rate_limited` when that is later than `longestWaitMs`; the hit is not counted then
   */
  takeTurn(key: string): Promise<void>
  /** Takes one hit back, such as for a log-in that did not fail. */
  refund(key: string): void
  /** Forgets a key. */
  reset(key: string): void
  /** Forgets everything and ends the timer. */
  stop(): void
}

/** The hits of a key since its window began. Those over the limit fill the windows that follow. */
interface Counter {
  startedAt: number
  count: number
}

/** Makes a limit in memory. Keys whose window is over are dropped; if there are too many, those hit longest ago. */
export function createLimit(options: LimitOptions, clock: Clock): Limit {
  const { windowMs, limit, longestWaitMs = 0 } = options
  // The keys hit since the last sweep, and those hit between the two sweeps before: a sweep needs no search.
  let recent = new Map<string, Counter>()
  let older = new Map<string, Counter>()
  let cancelSweep: (() => void) | null = null

  function makeRoom(): void {
    older = recent
    recent = new Map()
  }

  function sweep(): void {
    makeRoom()
    cancelSweep = older.size > 0 ? clock.after(windowMs + longestWaitMs, sweep) : null
  }

  function counterOf(key: string, now: number): Counter {
    const counter = recent.get(key) ?? older.get(key) ?? { startedAt: now, count: 0 }
    if (!recent.has(key)) {
      if (recent.size >= maxKeys / 2) makeRoom()
      recent.set(key, counter)
      cancelSweep ??= clock.after(windowMs + longestWaitMs, sweep)
    }
    const windowsOver = Math.floor((now - counter.startedAt) / windowMs)
    if (windowsOver > 0) {
      counter.count = Math.max(0, counter.count - windowsOver * limit)
      counter.startedAt = counter.count > 0 ? counter.startedAt + windowsOver * windowMs : now
    }
    return counter
  }

  function count(key: string, mostMs: number): LimitResult & { waitMs: number } {
    const now = clock.now()
    const counter = counterOf(key, now)
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

  return {
    ...options,
    hit: key => count(key, 0),
    async takeTurn(key) {
      const { allowed, retryAfterMs, waitMs } = count(key, longestWaitMs)
      if (!allowed) throw new ChatError('rate_limited', retryAfterMs)
      if (waitMs > 0) await new Promise<void>(resolve => void clock.after(waitMs, resolve))
    },
    refund(key) {
      const counter = recent.get(key) ?? older.get(key)
      if (counter && counter.count > 0) counter.count -= 1
    },
    reset(key) {
      recent.delete(key)
      older.delete(key)
    },
    stop() {
      cancelSweep?.()
      recent.clear()
      older.clear()
    },
  }
}
