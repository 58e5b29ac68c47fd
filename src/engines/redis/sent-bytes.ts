import type { UserId } from '#src/chat/engine.js'
import type { ScriptRunner } from './script-runner.js'

/** Of how many senders it is known at most what they hold. */
const mostSenders = 10_000

/**
 * What the living messages count for that people have sent, in each partition: the cap is of all together, and a script knows of
 * its own. Of each sender it is what partitions answered last; before somebody is refused, all are asked anew.
 */
export class SentBytes {
  readonly #bySender = new Map<UserId, Map<number, number>>()

  constructor(private readonly runner: Pick<ScriptRunner, 'partitions' | 'runEverywhere'>) {}

  /** What a sender holds in all other partitions, as far as it is known, in bytes. */
  elsewhere(userId: UserId, partition: number): number {
    let sum = 0
    for (const [each, bytes] of this.#bySender.get(userId) ?? []) if (each !== partition) sum += bytes
    return sum
  }

  /** Takes note of what a sender holds in a partition. */
  note(userId: UserId, partition: number, bytes: number): void {
    if (this.runner.partitions === 1) return
    const counts = this.#bySender.get(userId) ?? new Map<number, number>()
    this.#bySender.delete(userId)
    this.#bySender.set(userId, counts.set(partition, bytes))
    const [longestQuiet] = this.#bySender.keys()
    if (this.#bySender.size > mostSenders && longestQuiet !== undefined) this.#bySender.delete(longestQuiet)
  }

  /** Asks all partitions what a sender holds. */
  async ask(userId: UserId): Promise<void> {
    const answers = await this.runner.runEverywhere('sent', userId)
    for (const [partition, answer] of answers.entries()) this.note(userId, partition, answer.number())
  }
}
