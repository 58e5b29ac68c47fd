import { z } from 'zod'
import { ChatError } from '#src/chat/errors.js'
import type { RedisLink } from '#src/redis/link.js'
import { clockLua, RedisScript } from '#src/redis/script.js'

const fileOf = (name: string) => new URL(`scripts/${name}.lua`, import.meta.url)
const scriptOf = (name: string) => new RedisScript(clockLua, fileOf('ledger'), fileOf(name))

const scripts = {
  take: scriptOf('ledger-take'),
  prolong: scriptOf('ledger-prolong'),
  release: scriptOf('ledger-release'),
  sums: scriptOf('ledger-sums'),
}

/** Redis's own time counts, never a node's. */
const redisTime = ''
const outcome = z
  .instanceof(Buffer)
  .transform(String)
  .pipe(z.enum(['taken', 'owner', 'all']))
const sums = z.tuple([z.number(), z.number()])

export interface ByteLedgerOptions {
  readonly link: RedisLink
  /** What is counted. It is in clear in the names of keys. */
  readonly name: string
  /** How many bytes all owners together may hold, and how many each. */
  readonly most: number
  readonly mostEach: number
  /** What keys begin with, so that several may share a Redis, as in tests. */
  readonly space?: string
}

/**
 * Counts in Redis the bytes that owners hold, for all nodes. What is held is an entry with a time to live of its own, so that it
 * stops counting when what it stands for is gone, even if the node that made it is dead. Its two keys lie in one slot of a cluster.
 * Owners and entries are digests: nothing here may name anybody.
 *
 * Every method throws ChatError `storage_failed` when Redis is away, and `server_full` when it has no memory left.
 */
export class ByteLedger {
  readonly #options: ByteLedgerOptions
  readonly #keys: readonly string[]

  constructor(options: ByteLedgerOptions) {
    this.#options = options
    const { name, space = '' } = options
    this.#keys = ['due', 'held'].map(part => `${space}${name}-${part}:{${name}}`)
  }

  /**
   * Counts bytes of an owner as an entry, for so long.
   * @throws ChatError `person_full` when the owner would hold too much, `server_full` when all together would
   */
  async take(entry: string, owner: string, bytes: number, ttlMs: number): Promise<void> {
    const { link, most, mostEach } = this.#options
    const args = [entry, owner, bytes, Math.ceil(ttlMs), most, mostEach]
    const inTheWay = outcome.parse(await scripts.take.run(link, this.#keys, redisTime, ...args))
    if (inTheWay !== 'taken') throw new ChatError(inTheWay === 'owner' ? 'person_full' : 'server_full')
  }

  /** Counts an entry for so long from now on. Nothing happens when it is over. */
  async prolong(entry: string, ttlMs: number): Promise<void> {
    await scripts.prolong.run(this.#options.link, this.#keys, redisTime, entry, Math.ceil(ttlMs))
  }

  /** Counts an entry no longer. */
  async release(entry: string): Promise<void> {
    await scripts.release.run(this.#options.link, this.#keys, redisTime, entry)
  }

  /**
   * Refuses an owner who may not hold so many bytes more.
   * @throws ChatError `person_full`, `server_full`
   */
  async refuseOver(owner: string, bytes: number): Promise<void> {
    const [ofOwner, ofAll] = await this.#readSums(owner)
    if (ofOwner + bytes > this.#options.mostEach) throw new ChatError('person_full')
    if (ofAll + bytes > this.#options.most) throw new ChatError('server_full')
  }

  /** How many bytes all owners hold. */
  async readHeld(): Promise<number> {
    const [, ofAll] = await this.#readSums('')
    return ofAll
  }

  async #readSums(owner: string): Promise<[ofOwner: number, ofAll: number]> {
    return sums.parse(await scripts.sums.run(this.#options.link, this.#keys, redisTime, owner))
  }
}
