import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { MemorySharedStore } from '../shared-store/memory-store.js'
import type { SharedStore } from '../shared-store/shared-store.js'

const tokenBytes = 24

/** What links need of the shared store. */
type LinkStore = Pick<SharedStore, 'set' | 'get' | 'take' | 'delete' | 'addToList' | 'readList' | 'removeFromList'>

/** How long links are good, in milliseconds, and how many of one owner at once. */
export interface OneTimeLinksOptions<T> {
  /** Tells these links from others in the same store. */
  readonly name: string
  readonly clock: Clock
  readonly lifetimeMs: number
  readonly perOwner: number
  /** What the value of a link is like. */
  readonly value: z.ZodType<T>
  /** Where they are kept; in memory by default. */
  readonly store?: LinkStore | undefined
}

/** A new link. Its token is kept nowhere else. `expiresAt` by the wall clock, ms since the epoch. */
export interface OneTimeLink {
  readonly token: string
  readonly expiresAt: number
}

/** A link that is kept. */
interface Kept<T> {
  readonly owner: string
  readonly value: T
}

/**
 * Links that can be used once, for a while, on any of the nodes that share the store. Only hashes of their tokens are kept: nobody
 * who reads them can use a link. A link is good while it is kept and its owner's list names it; it is not kept while it is used.
 */
export class OneTimeLinks<T> {
  readonly #options: OneTimeLinksOptions<T>
  readonly #store
  readonly #schema

  constructor(options: OneTimeLinksOptions<T>) {
    this.#options = options
    this.#store = options.store ?? new MemorySharedStore(options.clock)
    this.#schema = z.object({ owner: z.string(), value: options.value })
  }

  /** Makes a link. Only the newest of one owner are good; older ones end. */
  async create(owner: string, value: T): Promise<OneTimeLink> {
    const { clock, lifetimeMs, perOwner } = this.#options
    const token = randomBytes(tokenBytes).toString('base64url')
    const expiresAt = clock.now() + lifetimeMs
    const hash = hashOf(token)
    await this.#store.set(this.#keyOf(hash), JSON.stringify({ owner, value }), lifetimeMs)
    const ended = await this.#store.addToList(this.#listKeyOf(owner), hash, lifetimeMs, perOwner)
    for (const each of ended) await this.#store.delete(this.#keyOf(each))
    return { token, expiresAt: clock.wallTimeOf(expiresAt) }
  }

  /** Whether a link can be used. */
  async isGood(token: string): Promise<boolean> {
    return (await this.ownerOf(token)) !== null
  }

  /** The owner of a link that can be used; null for any other. */
  async ownerOf(token: string): Promise<string | null> {
    const hash = hashOf(token)
    const kept = await this.#store.get(this.#keyOf(hash))
    if (kept === null) return null
    const { owner } = this.#read(kept.value)
    return (await this.#isListed(owner, hash)) ? owner : null
  }

  /** How many links of an owner can be used. */
  async count(owner: string): Promise<number> {
    const hashes = await this.#store.readList(this.#listKeyOf(owner))
    const kept = await Promise.all(hashes.map(hash => this.#store.get(this.#keyOf(hash))))
    return kept.filter(each => each !== null).length
  }

  /** Ends all links of an owner, also those in use. */
  async drop(owner: string): Promise<void> {
    const hashes = await this.#store.readList(this.#listKeyOf(owner))
    await this.#store.delete(this.#listKeyOf(owner))
    for (const hash of hashes) await this.#store.delete(this.#keyOf(hash))
  }

  /**
   * Does `work` with the value of a link, and uses the link up. Nobody else can use it meanwhile. If the work fails,
   * the link is good again, unless it has ended meanwhile: by its time, by `drop`, or by a newer one of its owner.
   * @throws ChatError `not_found` if the link cannot be used; whatever the work throws
   */
  async use<R>(token: string, work: (value: T) => Promise<R>): Promise<R> {
    const { clock } = this.#options
    const [hash, takenAt] = [hashOf(token), clock.now()]
    const taken = await this.#store.take(this.#keyOf(hash))
    if (taken === null) throw new ChatError('not_found')
    const { owner, value } = this.#read(taken.value)
    if (!(await this.#isListed(owner, hash))) throw new ChatError('not_found')
    let isDone = false
    try {
      const done = await work(value)
      isDone = true
      return done
    } finally {
      if (isDone) await this.#store.removeFromList(this.#listKeyOf(owner), hash)
      else await this.#giveBack(hash, taken.value, takenAt + taken.remainsMs, owner)
    }
  }

  async #giveBack(hash: string, value: Buffer, expiresAt: number, owner: string): Promise<void> {
    const remainsMs = expiresAt - this.#options.clock.now()
    if (remainsMs > 0 && (await this.#isListed(owner, hash))) await this.#store.set(this.#keyOf(hash), value, remainsMs)
  }

  async #isListed(owner: string, hash: string): Promise<boolean> {
    return (await this.#store.readList(this.#listKeyOf(owner))).includes(hash)
  }

  #read(value: Buffer): Kept<T> {
    return this.#schema.parse(JSON.parse(value.toString()))
  }

  #keyOf(hash: string): string {
    return `${this.#options.name}:${hash}`
  }

  #listKeyOf(owner: string): string {
    return `${this.#options.name}-owner:${owner}`
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
