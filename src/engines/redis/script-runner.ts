import { ChatError, type ErrorCode, errorTable } from '#src/chat/errors.js'
import { RedisFailure, type RedisLink, refusalBy } from '#src/redis/link.js'
import { PackedReader } from './packed-reader.js'
import { type CommandName, readScript, type ScriptOptions, type ScriptText } from './script-texts.js'

export interface ScriptRunnerOptions extends Omit<ScriptOptions, 'isSharded' | 'partitions'> {
  /** Names this node: where events for those who hold leases here are sent to. */
  readonly nodeId: string
  /** What the tags of partitions begin with, so that several engines may share a Redis, as in tests. */
  readonly space: string
  /** The time that counts in place of Redis's own, ms: for tests alone. */
  readonly now: (() => number) | null
}

/** A limit for which a command counts before it does anything, in the same round trip. Only where there is one partition. */
export interface CommandLimit {
  /** Where its hits are counted. */
  readonly key: string
  readonly windowMs: number
  readonly limit: number
}

/** Runs the commands of the engine, each in one partition and in one round trip. */
export class ScriptRunner {
  readonly #link: RedisLink
  readonly #script: ScriptText
  readonly #nodeId: string
  readonly #space: string
  readonly #now: (() => number) | null
  /** What each partition held at its last answer, in bytes; 0 where there is but one. */
  readonly #heldBytes: number[]
  /** The highest number that a partition has drawn, as far as this node knows; 0 where there is but one. */
  #drawn = 0

  constructor(link: RedisLink, { nodeId, space, now, ...options }: ScriptRunnerOptions) {
    this.#link = link
    const { isSharded, partitions } = link
    this.#script = readScript({ ...options, isSharded, partitions })
    this.#heldBytes = Array.from({ length: partitions }, () => 0)
    this.#nodeId = nodeId
    this.#space = space
    this.#now = now
  }

  /** The tags of all partitions, which every key and channel of each carries. */
  get tags(): string[] {
    return Array.from({ length: this.#link.partitions }, (_, partition) => this.#tagOf(partition))
  }

  /** How many partitions there are. */
  get partitions(): number {
    return this.#link.partitions
  }

  /** What all other partitions held when they answered last, in bytes. */
  heldElsewhere(partition: number): number {
    return this.#heldBytes.reduce((sum, bytes, index) => (index === partition ? sum : sum + bytes), 0)
  }

  /**
   * Runs a command in a partition. Returns what it answers, to be read.
   * @throws ChatError what it refuses with; `storage_failed` when Redis is away, when it may still have run; `server_full`
   *   when Redis has no memory left
   * @throws RedisFailure when Redis refuses it otherwise, which is a fault of ours
   */
  run(name: CommandName, partition: number, ...args: readonly (string | number)[]): Promise<PackedReader> {
    return this.runCounted(null, name, partition, ...args)
  }

  /**
   * The same, once the command is counted.
   * @throws ChatError `rate_limited` beyond the limit: nothing has been counted then, and nothing else done
   */
  async runCounted(
    limit: CommandLimit | null,
    name: CommandName,
    partition: number,
    ...args: readonly (string | number)[]
  ): Promise<PackedReader> {
    const { text, sha } = this.#script
    const [tag, now, asked] = [this.#tagOf(partition), this.#now?.() ?? '', `${this.#nodeId} ${this.#drawn} ${name}`]
    const rest =
      limit === null
        ? [1, tag, now, asked, ...args]
        : [2, tag, limit.key, now, `${asked} ${limit.windowMs} ${limit.limit}`, ...args]
    const answer = await this.#link
      .call('EVALSHA', sha, ...rest)
      .catch((error: unknown) => {
        if (!(error instanceof RedisFailure) || !error.message.startsWith('NOSCRIPT')) throw error
        return this.#link.call('EVAL', text, ...rest)
      })
      .catch((error: unknown) => {
        throw error instanceof RedisFailure ? refusalBy(error) : error
      })
    if (!Buffer.isBuffer(answer)) throw new TypeError(`The command ${name} answered no string`)
    const reader = new PackedReader(answer)
    const [code, number, drawn] = [reader.string(), reader.number(), reader.number()]
    if (code === '') {
      this.#heldBytes[partition] = number
      this.#drawn = Math.max(this.#drawn, drawn)
      return reader
    }
    throw new ChatError(refusalOf(code), number || undefined)
  }

  /** Runs a command in every partition at once. Returns what each answers. */
  runEverywhere(name: CommandName, ...args: readonly (string | number)[]): Promise<PackedReader[]> {
    return Promise.all(Array.from({ length: this.#link.partitions }, (_, index) => this.run(name, index, ...args)))
  }

  #tagOf(partition: number): string {
    return `{${this.#space}p${partition}}`
  }
}

function refusalOf(code: string): ErrorCode {
  const isKnown = (word: string): word is ErrorCode => Object.hasOwn(errorTable, word)
  if (!isKnown(code)) throw new RangeError(`A script refused with ${code}`)
  return code
}
