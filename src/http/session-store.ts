import expressSession from 'express-session'
import memoryStore from 'memorystore'

/**
 * The package's store in memory, which says at once that a session was prolonged. The package says so a turn of the event loop
 * later; each answer would wait for that, and go out in two writes.
 */
export class SessionStore extends memoryStore(expressSession) {
  override touch(id: string, data: expressSession.SessionData, done?: () => void): void {
    super.touch(id, data, error => {
      // It fails only if it cannot read a session, and it wrote them all itself.
      if (error) throw error
    })
    done?.()
  }
}
