/** The sessions of each account, oldest first, and which of them exceed the most that it may have. */
export class AccountSessions {
  readonly #most: number
  readonly #byUser = new Map<string, Set<string>>()

  /** @param most how many sessions an account may have */
  constructor(most: number) {
    this.#most = most
  }

  /** Notes a session that has begun, and returns those that must end for it. */
  add(userId: string, sessionId: string): string[] {
    const sessions = this.#byUser.get(userId) ?? new Set()
    this.#byUser.set(userId, sessions.add(sessionId))
    return [...sessions].slice(0, Math.max(0, sessions.size - this.#most))
  }

  /** Forgets a session that has ended. */
  remove(userId: string, sessionId: string): void {
    const sessions = this.#byUser.get(userId)
    sessions?.delete(sessionId)
    if (sessions?.size === 0) this.#byUser.delete(userId)
  }
}
