import type { UserId } from '#src/chat/engine.js'

interface Heard {
  /** The number of the last event that was heard; null until one was, or the partition has said which was the last. */
  last: number | null
  /** The number that was the last when the person's lease was renewed before: by the next time that event must have been heard. */
  renewed: number
}

/**
 * Which events of those were heard that partitions told to people who hold a lease on this node: each event for a person has the
 * next number there. So a lost event shows by the one after it, or by the number that the next renewal of a lease answers.
 */
export class HeardEvents {
  readonly #byPerson = new Map<UserId, Map<number, Heard>>()

  /** Begins to count what is told to a person, or goes on to. */
  expect(userId: UserId): void {
    if (!this.#byPerson.has(userId)) this.#byPerson.set(userId, new Map())
  }

  /** Forgets a person who holds no lease here any more. */
  forget(userId: UserId): void {
    this.#byPerson.delete(userId)
  }

  /** Takes note of an event that was heard. Returns whether one before it was lost. */
  hear(userId: UserId, partition: number, number: number): boolean {
    const heard = this.#of(userId, partition)
    if (heard === undefined) return false
    const isLost = heard.last !== null && number > heard.last + 1
    heard.last = number
    return isLost
  }

  /** Takes note of the number of the last event, as a renewal answers it. Returns whether one was lost before the renewal before. */
  renew(userId: UserId, partition: number, number: number): boolean {
    const heard = this.#of(userId, partition)
    if (heard === undefined) return false
    const isLost = heard.last !== null && heard.last < heard.renewed
    if (heard.last === null || isLost) heard.last = number
    heard.renewed = number
    return isLost
  }

  #of(userId: UserId, partition: number): Heard | undefined {
    const partitions = this.#byPerson.get(userId)
    if (partitions === undefined) return undefined
    const heard = partitions.get(partition) ?? { last: null, renewed: 0 }
    partitions.set(partition, heard)
    return heard
  }
}
