/** The sessions of each account, oldest first, and which of them exceed the most that it may have. */
export class AccountSessions {
  readonly #byUser = new Map<string, Set<string>>()

  /** Notes a session that has begun, and returns those that must end for it, so that there are no more than `most`. */
  add(userId: string, sessionId: string, most: number): string[] {
    const sessions = this.#byUser.get(userId) ?? new Set()
    this.#byUser.set(userId, sessions.add(sessionId))
    return [...sessions].slice(0, Math.max(0, sessions.size - most))
  }

  /** The sessions of an account. */
  list(userId: string): string[] {
    return [...(this.#byUser.get(userId) ?? [])]
  }

  /** Forgets a session that has ended. */
  remove(userId: string, sessionId: string): void {
    const sessions = this.#byUser.get(userId)
    sessions?.delete(sessionId)
    if (sessions?.size === 0) this.#byUser.delete(userId)
  }
}
