import { randomBytes } from 'node:crypto'
import type { Clock } from '#src/chat/clock.js'
import type { ScriptRunner } from './script-runner.js'

/** How long a sweeper sleeps at most: what becomes due meanwhile by what other nodes do is late by that. */
const longestSleepMs = 200
/** By how much sleeps differ at most, so that nodes do not all ask at once. */
const chanceMs = 20

/** What a sweeper needs of what runs scripts. */
export type SweepRunner = Pick<ScriptRunner, 'run'>

/**
 * Performs what is due in one partition. Every node does so: Redis sees to it that each duty is performed once, and as long as one
 * node lives, it is performed in time.
 */
export class Sweeper {
  #cancel: (() => void) | null = null
  #name: string | null = null
  #hasFailed = false
  #isStopped = false

  /**
   * @param onError told why a sweep failed, the first time in a row; the next one follows as usual
   * @param onEmptied told that Redis has lost what it held in the partition
   */
  constructor(
    private readonly runner: SweepRunner,
    private readonly partition: number,
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
    private readonly onEmptied: () => void,
  ) {}

  /** The word by which the partition is known; null before the first sweep. */
  get name(): string | null {
    return this.#name
  }

  /** Begins to sweep. */
  start(): void {
    this.#sleep(0)
  }

  /** Sweeps once. Returns in how many ms the next duty is due; Infinity when none is. */
  async sweep(): Promise<number> {
    const answer = await this.runner.run('sweep', this.partition, randomBytes(6).toString('base64url'))
    const [nextMs, name] = [answer.number(), answer.string()]
    if (this.#name !== null && this.#name !== name) this.onEmptied()
    this.#name = name
    this.#hasFailed = false
    return nextMs < 0 ? Number.POSITIVE_INFINITY : nextMs
  }

  /** Sweeps no more. */
  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
  }

  #sleep(ms: number): void {
    if (this.#isStopped) return
    this.#cancel = this.clock.after(ms, () => {
      this.#cancel = null
      this.sweep()
        .catch((error: unknown) => {
          if (!this.#hasFailed) this.onError(error)
          this.#hasFailed = true
          return longestSleepMs
        })
        .then(nextMs => this.#sleep(Math.ceil(Math.min(nextMs, longestSleepMs - Math.random() * chanceMs))))
    })
  }
}
