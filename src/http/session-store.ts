import expressSession from 'express-session'
import memoryStore from 'memorystore'

/**
 * The package's store in memory, which says at once that a session was prolonged. If it said so a turn later, each answer would
 * wait for that, and go out in two writes.
 */
export class SessionStore extends memoryStore(expressSession) {
  override touch(id: string, data: expressSession.SessionData, done?: () => void): void {
    super.touch(id, data, error => {
      // What it cannot read it has not written.
      if (error) throw error
    })
    done?.()
  }
}
