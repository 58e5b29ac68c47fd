import type { RoomId, UserId } from '../chat/engine.js'
import type { Subscriber } from './subscriber.js'

/** Who has which room open, of the connections of this node. */
export class RoomBoard {
  readonly #byRoom = new Map<RoomId, Set<Subscriber>>()
  readonly #byListener = new Map<Subscriber, Set<RoomId>>()

  /** The people who have a room open, each once. */
  activeUsers(roomId: RoomId): UserId[] {
    return [...new Set([...(this.#byRoom.get(roomId) ?? [])].map(({ userId }) => userId))]
  }

  enter(roomId: RoomId, subscriber: Subscriber): void {
    const subscribers = this.#byRoom.get(roomId) ?? new Set()
    const wasHere = this.activeUsers(roomId).includes(subscriber.userId)
    this.#byRoom.set(roomId, subscribers.add(subscriber))
    this.#byListener.set(subscriber, (this.#byListener.get(subscriber) ?? new Set()).add(roomId))
    if (!wasHere) this.#tell(roomId, subscriber.userId, true)
  }

  leave(roomId: RoomId, subscriber: Subscriber): void {
    const subscribers = this.#byRoom.get(roomId)
    if (!subscribers?.delete(subscriber)) return
    this.#byListener.get(subscriber)?.delete(roomId)
    if (subscribers.size === 0) this.#byRoom.delete(roomId)
    if (!this.activeUsers(roomId).includes(subscriber.userId)) this.#tell(roomId, subscriber.userId, false)
  }

  /** A connection has closed. */
  leaveAll(subscriber: Subscriber): void {
    for (const roomId of this.#byListener.get(subscriber) ?? []) this.leave(roomId, subscriber)
    this.#byListener.delete(subscriber)
  }

  /** A room is no more. */
  forget(roomId: RoomId): void {
    for (const subscriber of this.#byRoom.get(roomId) ?? []) this.#byListener.get(subscriber)?.delete(roomId)
    this.#byRoom.delete(roomId)
  }

  #tell(roomId: RoomId, userId: UserId, isHere: boolean): void {
    const visit = { roomId, userId, isHere, activeUsers: this.activeUsers(roomId) }
    for (const subscriber of this.#byRoom.get(roomId) ?? []) {
      if (subscriber.userId !== userId) subscriber.notice?.(visit)
    }
  }
}
