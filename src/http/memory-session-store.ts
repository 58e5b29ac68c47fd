import expressSession, { type SessionData } from 'express-session'
import memoryStore from 'memorystore'
import { z } from 'zod'
import { AccountSessions } from './account-sessions.js'
import { SessionStore } from './session-store.js'

const sweepMs = 60_000

const ownedSession = z.object({ userId: z.string() })

/** Sessions in memory, which end with the process. */
export class MemorySessionStore extends SessionStore {
  readonly #ids = new Set<string>()
  readonly #byAccount = new AccountSessions()
  readonly #kept

  constructor() {
    super()
    const MemoryStore = memoryStore(expressSession)
    this.#kept = new MemoryStore({
      checkPeriod: sweepMs,
      noDisposeOnSet: true,
      dispose: (id, data) => {
        this.#ids.delete(id)
        const owner = ownedSession.safeParse(JSON.parse(data)).data
        if (owner) this.#byAccount.remove(owner.userId, id)
      },
    })
  }

  read(id: string): Promise<SessionData | null> {
    return new Promise((resolve, reject) =>
      this.#kept.get(id, (error, data) => (error ? reject(error) : resolve(data ?? null))),
    )
  }

  remove(id: string): Promise<void> {
    return this.#done(callback => this.#kept.destroy(id, callback))
  }

  async addToAccount(userId: string, id: string, most: number): Promise<readonly string[]> {
    const listed = this.#byAccount.list(userId)
    // Those that are over are dropped at the next sweep, or when somebody asks for them.
    if (listed.length >= most) for (const each of listed) this.#has(each)
    return this.#byAccount.add(userId, id, most)
  }

  async listOfAccount(userId: string): Promise<readonly string[]> {
    return this.#byAccount.list(userId).filter(id => this.#has(id))
  }

  /** Says at once that a session was prolonged. A turn later, each answer would wait for that, and go out in two writes. */
  override touch(id: string, session: SessionData, callback: (error?: unknown) => void = () => {}): void {
    this.#kept.touch?.(id, session, (error?: unknown) => {
      // What it cannot read it has not written.
      if (error) throw error
    })
    callback(null)
  }

  stop(): void {
    this.#kept.stopInterval()
  }

  protected async write(id: string, session: SessionData, only: 'new' | 'kept'): Promise<void> {
    if (this.#has(id) !== (only === 'kept')) return
    this.#ids.add(id)
    await this.#done(callback => this.#kept.set(id, session, callback))
  }

  #has(id: string): boolean {
    // The package drops what is over when it is asked for.
    this.#kept.get(id, () => {})
    return this.#ids.has(id)
  }

  #done(work: (callback: (error?: unknown) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => work(error => (error ? reject(error) : resolve())))
  }
}
