import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'

const tokenBytes = 24

/** How long links are good, in milliseconds, and how many of one owner at once. */
export interface OneTimeLinksOptions {
  readonly clock: Clock
  readonly lifetimeMs: number
  readonly perOwner: number
}

/** A new link. Its token is kept nowhere else. `expiresAt` by the wall clock, ms since the epoch. */
export interface OneTimeLink {
  readonly token: string
  readonly expiresAt: number
}

interface Kept<T> {
  readonly owner: string
  readonly value: T
  readonly expiresAt: number
  /** Whether it is being used right now: nobody else may use it then. */
  isInUse: boolean
}

/**
 * Links that can be used once, for a while. Only hashes of their tokens are kept, in memory: nobody who reads them can
 * use a link, and a restart ends them all.
 */
export class OneTimeLinks<T> {
  readonly #options: OneTimeLinksOptions
  /** The oldest first. All last equally long. */
  readonly #byHash = new Map<string, Kept<T>>()

  constructor(options: OneTimeLinksOptions) {
    this.#options = options
  }

  /** Makes a link. Only the newest of one owner are good; older ones end. */
  create(owner: string, value: T): OneTimeLink {
    const token = randomBytes(tokenBytes).toString('base64url')
    const expiresAt = this.#options.clock.now() + this.#options.lifetimeMs
    const hashes = this.#ofOwner(owner).map(([hash]) => hash)
    const surplus = hashes.length + 1 - this.#options.perOwner
    for (const hash of hashes.slice(0, Math.max(surplus, 0))) this.#byHash.delete(hash)
    this.#byHash.set(hashOf(token), { owner, value, expiresAt, isInUse: false })
    return { token, expiresAt: this.#options.clock.wallTimeOf(expiresAt) }
  }

  /** Whether a link can be used. */
  isGood(token: string): boolean {
    return this.#find(token) !== null
  }

  /** The owner of a link that can be used; null for any other. */
  ownerOf(token: string): string | null {
    return this.#find(token)?.owner ?? null
  }

  /** How many links of an owner can be used. */
  count(owner: string): number {
    return this.#ofOwner(owner).filter(([, { isInUse }]) => !isInUse).length
  }

  /** Ends all links of an owner, also those in use. */
  drop(owner: string): void {
    for (const [hash] of this.#ofOwner(owner)) this.#byHash.delete(hash)
  }

  /**
   * Does `work` with the value of a link, and uses the link up. Nobody else can use it meanwhile. If the work fails,
   * the link is good again, unless it has ended meanwhile: by its time, by `drop`, or by a newer one of its owner.
   * @throws ChatError `not_found` if the link cannot be used; whatever the work throws
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
