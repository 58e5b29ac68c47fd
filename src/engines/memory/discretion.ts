import type { Privacy, UserId } from '#src/chat/engine.js'
import type { Attendance } from './person.js'

interface Kept extends Pick<Privacy, 'sendsReceipts' | 'sendsTyping'> {
  readonly sights: ReadonlyMap<UserId, Attendance>
}

/** What people keep from others. Most keep nothing, and of them nothing is held. */
export class Discretion {
  readonly #byId = new Map<UserId, Kept>()

  sendsReceipts(id: UserId): boolean {
    return this.#byId.get(id)?.sendsReceipts ?? true
  }

  sendsTyping(id: UserId): boolean {
    return this.#byId.get(id)?.sendsTyping ?? true
  }

  /** The attendance that the other goes on seeing of a person who has blocked them; null when they are not blocked. */
  sightOf(id: UserId, blockedId: UserId): Attendance | null {
    return this.#byId.get(id)?.sights.get(blockedId) ?? null
  }

  /**
   * Takes note of what a person keeps from now on; the answer is whom they block, and block no longer, since the last time.
   * @param sight what those blocked from now on go on seeing
   */
  set(
    id: UserId,
    { blocked, sendsReceipts, sendsTyping }: Privacy,
    sight: Attendance,
  ): { readonly blocked: UserId[]; readonly unblocked: UserId[] } {
    const before: ReadonlyMap<UserId, Attendance> = this.#byId.get(id)?.sights ?? new Map()
    const sights = new Map(blocked.map(otherId => [otherId, before.get(otherId) ?? sight]))
    if (sendsReceipts && sendsTyping && sights.size === 0) this.#byId.delete(id)
    else this.#byId.set(id, { sendsReceipts, sendsTyping, sights })
    return {
      blocked: [...sights.keys()].filter(otherId => !before.has(otherId)),
      unblocked: [...before.keys()].filter(otherId => !sights.has(otherId)),
    }
  }

  /** Forgets what a person keeps. */
  forget(id: UserId): void {
    this.#byId.delete(id)
  }

  /** Forgets everything. */
  clear(): void {
    this.#byId.clear()
  }
}
