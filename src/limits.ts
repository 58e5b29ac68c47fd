import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit'
import { ChatError } from './chat/errors.js'
import type { Config } from './config.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const MAX_KEYS = 100_000
const WRONG_OPERATOR_TOKENS = 10

/** What a limit is: how many hits of one key it lets pass in a window, which begins with the key's first hit. */
export interface LimitOptions {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
}

/** What became of a hit. */
export interface LimitResult {
  readonly allowed: boolean
  readonly limit: number
  /** How many more would pass in this window. */
  readonly remaining: number
  /** Milliseconds to wait before trying again; 0 when allowed. */
  readonly retryAfterMs: number
  /** When the window ends, milliseconds since the epoch. */
  readonly resetAt: number
}

/** A limit on how often something may happen. Pages, API and sockets count on the same ones. */
export interface Limit extends LimitOptions {
  /** Counts one, and says whether it may pass. Each of several hits at once is counted by itself, in their order. */
  hit(key: string): Promise<LimitResult>
  /** Takes one hit back, as for a log-in that did not fail. */
  refund(key: string): Promise<void>
  /** Forgets a key. */
  reset(key: string): Promise<void>
  /** Forgets everything and ends the timer. */
  stop(): void
}

/** A limit kept in memory. Keys of past windows are dropped; of too many at once, the oldest. */
export function createLimit({ name, windowMs, limit }: LimitOptions): Limit {
  const store = new MemoryStore()
  // Called for what it does to the store: it starts the store's window. Nobody needs the middleware.
  rateLimit({ windowMs, limit, store, validate: false })

  async function count(key: string): Promise<LimitResult> {
    dropOldest(store)
    const { totalHits, resetTime } = await store.increment(key)
    const now = Date.now()
    const resetAt = resetTime?.getTime() ?? now + windowMs
    const allowed = totalHits <= limit
    return {
      allowed,
      limit,
      remaining: Math.max(limit - totalHits, 0),
      retryAfterMs: allowed ? 0 : Math.max(resetAt - now, 1),
      resetAt,
    }
  }

  // The store answers with its living counter, so hits of one tick would all read the last one's count and be refused
  // together. One after the other, each reads its own.
  let turn: Promise<unknown> = Promise.resolve()
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work, work)
    turn = result
    return result
  }

  return {
    name,
    windowMs,
    limit,
    hit: key => inTurn(() => count(key)),
    refund: key => inTurn(() => store.decrement(key)),
    reset: key => inTurn(() => store.resetKey(key)),
    stop: () => store.shutdown(),
  }
}

/** Drops half of the keys at once: dropping one for each that comes would walk past all that were dropped before. */
function dropOldest({ current, previous }: MemoryStore): void {
  if (current.size + previous.size < MAX_KEYS) return
  let surplus = MAX_KEYS / 2
  for (const keys of [previous, current]) {
    for (const key of keys.keys()) {
      if (surplus === 0) return
      keys.delete(key)
      surplus--
    }
  }
}

/** Every limit of the product but that on a socket's frames, which each socket counts for itself. */
export interface Limits {
  /** Sends a second, by person. */
  readonly messages: Limit
  /** API requests a second, by person. */
  readonly api: Limit
  /** Uploads a minute, by person. */
  readonly uploads: Limit
  /** Failed log-ins a minute, by account and address: hit before, refund when it did not fail. */
  readonly auth: Limit
  /** Log-ins and registrations a minute, by address. */
  readonly authAddress: Limit
  /** Wrong tokens of the operator a minute, by address: hit before, refund when it was right. */
  readonly operator: Limit
  /** Ends them all. */
  stop(): void
}

/** The limits that the settings ask for. */
export function createLimits({ rateLimits }: Pick<Config, 'rateLimits'>): Limits {
  const limits = {
    messages: createLimit({ name: 'messages', windowMs: SECOND, limit: rateLimits.messages }),
    api: createLimit({ name: 'api', windowMs: SECOND, limit: rateLimits.api }),
    uploads: createLimit({ name: 'uploads', windowMs: MINUTE, limit: rateLimits.uploads }),
    auth: createLimit({ name: 'auth', windowMs: MINUTE, limit: rateLimits.auth }),
    authAddress: createLimit({ name: 'auth-address', windowMs: MINUTE, limit: rateLimits.authAddress }),
    operator: createLimit({ name: 'operator', windowMs: MINUTE, limit: WRONG_OPERATOR_TOKENS }),
  }
  return {
    ...limits,
    stop() {
      for (const limit of Object.values(limits)) limit.stop()
    },
  }
}

/** The key of an address: itself, or its network in IPv6, where one person has a whole network of addresses. */
export function addressKey(address: string | undefined): string {
  return address === undefined ? 'unknown' : ipKeyGenerator(address)
}

/**
 * Counts one hit.
 * @param onCounted told what became of it, also when it is one too many
 * @throws ChatError `rate_limited` when it is one too many
 */
export async function refuseOver(
  limit: Limit,
  key: string,
  onCounted: (result: LimitResult) => void = () => {},
): Promise<void> {
  const result = await limit.hit(key)
  onCounted(result)
  if (!result.allowed) throw new ChatError('rate_limited', result.retryAfterMs)
}
