import type { RoomId, UserId } from '../chat/engine.js'
import type { Listener } from './listener.js'

/** Who has which room open, of the connections of this node. */
export class RoomBoard {
  readonly #byRoom = new Map<RoomId, Set<Listener>>()
  readonly #byListener = new Map<Listener, Set<RoomId>>()

  /** The people who have a room open, each once. */
  activeUsers(roomId: RoomId): UserId[] {
    return [...new Set([...(this.#byRoom.get(roomId) ?? [])].map(({ userId }) => userId))]
  }

  enter(roomId: RoomId, listener: Listener): void {
    const listeners = this.#byRoom.get(roomId) ?? new Set()
    const wasHere = this.activeUsers(roomId).includes(listener.userId)
    this.#byRoom.set(roomId, listeners.add(listener))
    this.#byListener.set(listener, (this.#byListener.get(listener) ?? new Set()).add(roomId))
    if (!wasHere) this.#tell(roomId, listener.userId, true)
  }

  leave(roomId: RoomId, listener: Listener): void {
    const listeners = this.#byRoom.get(roomId)
    if (!listeners?.delete(listener)) return
    this.#byListener.get(listener)?.delete(roomId)
    if (listeners.size === 0) this.#byRoom.delete(roomId)
    if (!this.activeUsers(roomId).includes(listener.userId)) this.#tell(roomId, listener.userId, false)
  }

  /** A connection has closed. */
  leaveAll(listener: Listener): void {
    for (const roomId of this.#byListener.get(listener) ?? []) this.leave(roomId, listener)
    this.#byListener.delete(listener)
  }

  /** A room is no more. */
  forget(roomId: RoomId): void {
    for (const listener of this.#byRoom.get(roomId) ?? []) this.#byListener.get(listener)?.delete(roomId)
    this.#byRoom.delete(roomId)
  }

  #tell(roomId: RoomId, userId: UserId, isHere: boolean): void {
    const visit = { roomId, userId, isHere, activeUsers: this.activeUsers(roomId) }
    for (const listener of this.#byRoom.get(roomId) ?? []) {
      if (listener.userId !== userId) listener.notice?.(visit)
    }
  }
}
