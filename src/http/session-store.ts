import type { Request } from 'express'
import expressSession, { type Session, type SessionData } from 'express-session'

/**
 * Where sessions are kept: a store of express-session that also knows which account each session is of. What a request read is
 * written back only while it is still there: else a slow request would bring back what another has ended meanwhile.
 */
export abstract class SessionStore extends expressSession.Store {
  readonly #read = new WeakSet<object>()

  override createSession(request: Request, data: SessionData): Session & SessionData {
    const session = super.createSession(request, data)
    this.#read.add(session)
    return session
  }

  set(id: string, session: SessionData, callback: (error?: unknown) => void = () => {}): void {
    this.write(id, session, this.#read.has(session) ? 'kept' : 'new').then(() => {
      this.#read.add(session)
      callback(null)
    }, callback)
  }

  get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.read(id).then(session => callback(null, session), callback)
  }

  destroy(id: string, callback: (error?: unknown) => void = () => {}): void {
    this.remove(id).then(() => callback(null), callback)
  }

  /** Has a session last as long from now on as its cookie says, if it is there. */
  abstract override touch(id: string, session: SessionData, callback?: (error?: unknown) => void): void

  /** A session that has not ended, or null. Its cookie says when it ends unless it is used. */
  abstract read(id: string): Promise<SessionData | null>

  /** Removes a session, if there is one. */
  abstract remove(id: string): Promise<void>

  /**
   * Notes that an account has begun one more session. Resolves with the oldest that must end, so that it has no more than `most`.
   */
  abstract addToAccount(userId: string, id: string, most: number): Promise<readonly string[]>

  /** The sessions of an account that have not ended, the one that began first before the others. */
  abstract listOfAccount(userId: string): Promise<readonly string[]>

  /** Ends what runs beside requests. */
  abstract stop(): void

  protected abstract write(id: string, session: SessionData, only: 'new' | 'kept'): Promise<void>
}
