import type { Privacy, UserId } from '#src/chat/engine.js'
import type { AtBlock, PrivacyChoice } from './model.js'

const keepsNothing: PrivacyChoice = { sendsReceipts: true, sendsTyping: true, blocked: new Map() }

/** What people keep from others. Most keep nothing, and nothing is stored of them. */
export class PrivacyChoices {
  readonly #byId = new Map<UserId, PrivacyChoice>()

  /** What a person keeps from others. */
  of(id: UserId): PrivacyChoice {
    return this.#byId.get(id) ?? keepsNothing
  }

  /**
   * Takes note of what a person keeps from now on.
   * @param shown what those who are blocked from now on go on seeing
   */
  set(id: UserId, { blocked, sendsReceipts, sendsTyping }: Privacy, shown: AtBlock): PrivacyChoice {
    const before = this.of(id).blocked
    const choice = {
      sendsReceipts,
      sendsTyping,
      blocked: new Map(blocked.map(otherId => [otherId, before.get(otherId) ?? shown])),
    }
    if (sendsReceipts && sendsTyping && choice.blocked.size === 0) this.#byId.delete(id)
    else this.#byId.set(id, choice)
    return choice
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
