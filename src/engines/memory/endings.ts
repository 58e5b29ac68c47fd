import { type Ending, endingMs, type UserId } from '#src/chat/engine.js'
import { createDuty, type DueQueue } from './due-queue.js'

/** How many endings are remembered for a person at most. */
const mostEndings = 100

interface Remembered {
  readonly holderId: UserId
  readonly ending: Ending
}

/** Why rooms ended, for a day: remembered for each of the two people by itself, one for each pair. */
export class Endings {
  readonly #byHolder = new Map<UserId, Map<UserId, Remembered>>()
  /** All of them, the oldest first: they live equally long. */
  readonly #all = new Set<Remembered>()
  readonly #duty = createDuty(now => this.#expire(now))

  constructor(private readonly due: DueQueue) {}

  /** Remembers for someone why a room ended, in the place of what was remembered of the two before. */
  add(holderId: UserId, ending: Omit<Ending, 'expiresAt'>, now: number): void {
    this.drop(holderId, ending.otherId)
    const remembered = { holderId, ending: { ...ending, expiresAt: now + endingMs } }
    const held = this.#byHolder.get(holderId) ?? new Map<UserId, Remembered>()
    this.#byHolder.set(holderId, held.set(ending.otherId, remembered))
    this.#all.add(remembered)
    const [oldest] = held.values()
    if (oldest !== undefined && held.size > mostEndings) this.#forget(oldest)
    this.due.by(this.#duty, remembered.ending.expiresAt)
  }

  /** What is remembered for someone, the latest first. */
  of(holderId: UserId): readonly Ending[] {
    return [...(this.#byHolder.get(holderId)?.values() ?? [])].map(({ ending }) => ending).reverse()
  }

  /** Whether something is remembered for someone of their last room with another. */
  has(holderId: UserId, otherId: UserId): boolean {
    return this.#byHolder.get(holderId)?.has(otherId) ?? false
  }

  /** Forgets for someone what is remembered of their last room with another. */
  drop(holderId: UserId, otherId: UserId): void {
    const remembered = this.#byHolder.get(holderId)?.get(otherId)
    if (remembered !== undefined) this.#forget(remembered)
  }

  /** Forgets all that is remembered for someone. */
  dropAll(holderId: UserId): void {
    for (const remembered of this.#byHolder.get(holderId)?.values() ?? []) this.#all.delete(remembered)
    this.#byHolder.delete(holderId)
  }

  /** Forgets everything. */
  clear(): void {
    this.#byHolder.clear()
    this.#all.clear()
  }

  #expire(now: number): void {
    let [oldest] = this.#all
    while (oldest !== undefined && oldest.ending.expiresAt <= now) {
      this.#forget(oldest)
      ;[oldest] = this.#all
    }
    if (oldest !== undefined) this.due.by(this.#duty, oldest.ending.expiresAt)
  }

  #forget(remembered: Remembered): void {
    const { holderId, ending } = remembered
    const held = this.#byHolder.get(holderId)
    held?.delete(ending.otherId)
    if (held?.size === 0) this.#byHolder.delete(holderId)
    this.#all.delete(remembered)
  }
}
