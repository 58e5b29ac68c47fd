import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'

const tokenBytes = 24

/** How long links last, in milliseconds, and how many of one owner work at once. */
export interface OneTimeLinksOptions {
  readonly clock: Clock
  readonly lifetimeMs: number
  readonly perOwner: number
}

/** A link as it is handed out; its token is nowhere else. `expiresAt` by the wall clock, ms since the epoch. */
export interface OneTimeLink {
  readonly token: string
  readonly expiresAt: number
}

interface Kept<T> {
  readonly owner: string
  readonly value: T
  readonly expiresAt: number
  /** Whether it is being used: then it works for nobody else. */
  isInUse: boolean
}

/**
 * Links that work once and for a while. Only what their tokens hash to is kept, in memory: who reads it can use none of
 * them, and a restart ends them all.
 */
export class OneTimeLinks<T> {
  readonly #options: OneTimeLinksOptions
  /** Oldest first, as all last equally long. */
  readonly #byHash = new Map<string, Kept<T>>()

  constructor(options: OneTimeLinksOptions) {
    this.#options = options
  }

  /** Makes a link. Of those of one owner the newest work; the others end. */
  create(owner: string, value: T): OneTimeLink {
    const token = randomBytes(tokenBytes).toString('base64url')
    const expiresAt = this.#options.clock.now() + this.#options.lifetimeMs
    const hashes = this.#ofOwner(owner).map(([hash]) => hash)
    const surplus = hashes.length + 1 - this.#options.perOwner
    for (const hash of hashes.slice(0, Math.max(surplus, 0))) this.#byHash.delete(hash)
    this.#byHash.set(hashOf(token), { owner, value, expiresAt, isInUse: false })
    return { token, expiresAt: this.#options.clock.wallTimeOf(expiresAt) }
  }

  /** Whether a link works. */
  isGood(token: string): boolean {
    return this.#find(token) !== null
  }

  /** How many links of an owner work. */
  count(owner: string): number {
    return this.#ofOwner(owner).filter(([, { isInUse }]) => !isInUse).length
  }

  /** Ends all links of an owner, those in use too: none of them works again. */
  drop(owner: string): void {
    for (const [hash] of this.#ofOwner(owner)) this.#byHash.delete(hash)
  }

  /**
   * Uses a link up for a piece of work, during which nobody else can use it. When that fails, the link works again,
   * unless it has ended meanwhile: by its time, by `drop`, or by a newer one of its owner.
   * @throws ChatError `not_found` when the link does not work; whatever the work throws
   */
  async use<R>(token: string, work: (value: T) => Promise<R>): Promise<R> {
    const kept = this.#find(token)
    if (kept === null) throw new ChatError('not_found')
    kept.isInUse = true
    try {
      const done = await work(kept.value)
      this.#byHash.delete(hashOf(token))
      return done
    } finally {
      kept.isInUse = false
    }
  }

  #find(token: string): Kept<T> | null {
    this.#forgetExpired()
    const kept = this.#byHash.get(hashOf(token))
    return kept === undefined || kept.isInUse ? null : kept
  }

  #ofOwner(owner: string): [hash: string, kept: Kept<T>][] {
    this.#forgetExpired()
    return [...this.#byHash].filter(([, kept]) => kept.owner === owner)
  }

  #forgetExpired(): void {
    const now = this.#options.clock.now()
    for (const [hash, { expiresAt }] of this.#byHash) if (expiresAt <= now) this.#byHash.delete(hash)
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
