import type { UserId } from '../chat/engine.js'
import type { Account } from './account.js'

/** What people keep from others, known at once for every event. Most keep nothing, and of them nothing is held. */
export class Discretion {
  readonly #byId = new Map<UserId, Pick<Account, 'settings' | 'blocked'>>()

  /** Takes note of an account as it is now; the answer is whom it has blocked, and blocks no longer, since the last time. */
  note({ id, settings, blocked }: Account): { readonly blocked: UserId[]; readonly unblocked: UserId[] } {
    const before = this.#byId.get(id)?.blocked ?? []
    const [known, current] = [new Set(before), new Set(blocked)]
    if (settings.sendsReceipts && settings.sendsTyping && blocked.length === 0) this.#byId.delete(id)
    else this.#byId.set(id, { settings, blocked })
    return {
      blocked: blocked.filter(otherId => !known.has(otherId)),
      unblocked: before.filter(otherId => !current.has(otherId)),
    }
  }

  /** Forgets an account that is no more. */
  forget(id: UserId): void {
    this.#byId.delete(id)
  }

  hasBlocked(id: UserId, otherId: UserId): boolean {
    return this.#byId.get(id)?.blocked.includes(otherId) ?? false
  }

  sendsReceipts(id: UserId): boolean {
    return this.#byId.get(id)?.settings.sendsReceipts ?? true
  }

  sendsTyping(id: UserId): boolean {
    return this.#byId.get(id)?.settings.sendsTyping ?? true
  }
}
