import type { RoomId, UserId } from '../chat/engine.js'
import { hearsOpening } from '../chat/privacy.js'
import type { Subscriber } from './client/subscriber.js'

/** Which connections of this node have which room open. */
export class RoomBoard {
  readonly #byRoom = new Map<RoomId, Set<Subscriber>>()
  readonly #bySubscriber = new Map<Subscriber, Set<RoomId>>()

  /** The people who have a room open, each once. */
  activeUsers(roomId: RoomId): UserId[] {
    return [...new Set([...(this.#byRoom.get(roomId) ?? [])].map(({ userId }) => userId))]
  }

  /** A connection has read a room, so it may use it. */
  enter(roomId: RoomId, subscriber: Subscriber): void {
    const subscribers = this.#byRoom.get(roomId) ?? new Set()
    const wasHere = this.activeUsers(roomId).includes(subscriber.userId)
    this.#byRoom.set(roomId, subscribers.add(subscriber))
    this.#bySubscriber.set(subscriber, (this.#bySubscriber.get(subscriber) ?? new Set()).add(roomId))
    if (!wasHere) this.#tell(roomId, subscriber.userId, true)
  }

  leave(roomId: RoomId, subscriber: Subscriber): void {
    const subscribers = this.#byRoom.get(roomId)
    if (!subscribers?.delete(subscriber)) return
    this.#bySubscriber.get(subscriber)?.delete(roomId)
    if (subscribers.size === 0) this.#byRoom.delete(roomId)
    if (!this.activeUsers(roomId).includes(subscriber.userId)) this.#tell(roomId, subscriber.userId, false)
  }

  /** A connection is closed. */
  leaveAll(subscriber: Subscriber): void {
    for (const roomId of this.#bySubscriber.get(subscriber) ?? []) this.leave(roomId, subscriber)
    this.#bySubscriber.delete(subscriber)
  }

  /** A room is gone. */
  forget(roomId: RoomId): void {
    for (const subscriber of this.#byRoom.get(roomId) ?? []) this.#bySubscriber.get(subscriber)?.delete(roomId)
    this.#byRoom.delete(roomId)
  }

  #tell(roomId: RoomId, userId: UserId, isOpen: boolean): void {
    const change = { roomId, userId, isOpen, activeUsers: this.activeUsers(roomId) }
    for (const subscriber of this.#byRoom.get(roomId) ?? []) {
      if (hearsOpening(subscriber.userId, userId)) subscriber.receiveActivity?.(change)
    }
  }
}
