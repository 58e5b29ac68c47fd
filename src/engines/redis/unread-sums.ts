import type { UserId } from '#src/chat/engine.js'

interface Noted {
  readonly unread: number
  /** The higher, the later it was noted. */
  readonly order: number
}

/**
 * How many messages people have not seen, over all partitions: an event knows of its own partition alone. Kept of those who hold
 * a lease on this node.
 */
export class UnreadSums {
  readonly #byPerson = new Map<UserId, Map<number, Noted>>()
  readonly #leases = new Map<UserId, Set<string>>()
  #order = 0

  /** @param keepsAll whether it is kept of everybody, on a node that hears everything */
  constructor(private readonly keepsAll: boolean) {}

  /** The moment: what is noted after it is newer than what was asked for before. */
  get order(): number {
    return this.#order
  }

  /** Begins to keep what is noted of a person, or goes on to. Returns whether the lease is held here already. */
  hold(userId: UserId, leaseId: string): boolean {
    const leases = this.#leases.get(userId) ?? new Set()
    const isHeld = leases.has(leaseId)
    this.#leases.set(userId, leases.add(leaseId))
    return isHeld
  }

  /** Forgets a person who has given up their last lease here. Returns whether it was the last. */
  drop(userId: UserId, leaseId: string): boolean {
    const leases = this.#leases.get(userId)
    leases?.delete(leaseId)
    if (leases?.size !== 0) return false
    this.#leases.delete(userId)
    this.#byPerson.delete(userId)
    return true
  }

  /**
   * Takes note of what a person has unread in a partition, unless something newer was noted of it. Returns the sum over all.
   * @param askedAt the moment when it was asked for; now, if left out
   */
  note(userId: UserId, partition: number, unread: number, askedAt = this.#order): number {
    const counts = this.#byPerson.get(userId) ?? new Map<number, Noted>()
    if (this.keepsAll || this.#leases.has(userId)) this.#byPerson.set(userId, counts)
    if ((counts.get(partition)?.order ?? 0) <= askedAt) {
      this.#order += 1
      counts.set(partition, { unread, order: this.#order })
    }
    let sum = 0
    for (const { unread: each } of counts.values()) sum += each
    return sum
  }
}
