import type { Answer } from '../chat/answer.js'
import type { RoomId, UserId } from '../chat/engine.js'
import { hearsOpening } from '../chat/privacy.js'
import type { Subscriber } from './client/subscriber.js'
import type { Visit } from './peers.js'

/** Told when the first connection of a person on this node opens a room, and when the last one has closed it. */
export interface BoardFollower {
  /** Resolves once it is known who has the room open on other nodes. */
  opened(roomId: RoomId, userId: UserId): Promise<void>
  closed(roomId: RoomId, userId: UserId): void
}

/** Which connections of this node have which room open, and which people have these rooms open on other nodes. */
export class RoomBoard {
  readonly #byRoom = new Map<RoomId, Set<Subscriber>>()
  readonly #bySubscriber = new Map<Subscriber, Set<RoomId>>()
  readonly #elsewhere = new Map<RoomId, readonly Visit[]>()
  #follower: BoardFollower | null = null

  /** Tells `follower` from now on. */
  follow(follower: BoardFollower): void {
    this.#follower = follower
  }

  /** The people who have a room open, each once. */
  activeUsers(roomId: RoomId): UserId[] {
    return [
      ...new Set([...(this.#elsewhere.get(roomId) ?? []).map(({ userId }) => userId), ...this.#usersHere(roomId)]),
    ]
  }

  /** Whether a person has a room open on this node. */
  isOpenHere(roomId: RoomId, userId: UserId): boolean {
    return this.#usersHere(roomId).has(userId)
  }

  /** A connection has read a room, so it may use it. Resolves once it is known who else has the room open. */
  enter(roomId: RoomId, subscriber: Subscriber): Answer<void> {
    const { userId } = subscriber
    const wasHere = this.isOpenHere(roomId, userId)
    this.#change(roomId, () => {
      this.#byRoom.set(roomId, (this.#byRoom.get(roomId) ?? new Set()).add(subscriber))
    })
    this.#bySubscriber.set(subscriber, (this.#bySubscriber.get(subscriber) ?? new Set()).add(roomId))
    if (!wasHere) return this.#follower?.opened(roomId, userId)
  }

  leave(roomId: RoomId, subscriber: Subscriber): void {
    const subscribers = this.#byRoom.get(roomId)
    if (!subscribers?.has(subscriber)) return
    const { userId } = subscriber
    this.#bySubscriber.get(subscriber)?.delete(roomId)
    this.#change(roomId, () => {
      subscribers.delete(subscriber)
    })
    if (subscribers.size === 0) this.#forgetRoom(roomId)
    if (!this.isOpenHere(roomId, userId)) this.#follower?.closed(roomId, userId)
  }

  /** A connection is closed. */
  leaveAll(subscriber: Subscriber): void {
    for (const roomId of this.#bySubscriber.get(subscriber) ?? []) this.leave(roomId, subscriber)
    this.#bySubscriber.delete(subscriber)
  }

  /** A room is gone. */
  forget(roomId: RoomId): void {
    const users = this.#usersHere(roomId)
    for (const subscriber of this.#byRoom.get(roomId) ?? []) this.#bySubscriber.get(subscriber)?.delete(roomId)
    this.#forgetRoom(roomId)
    for (const userId of users) this.#follower?.closed(roomId, userId)
  }

  /** Takes note of who has a room open on other nodes, if anybody has it open here. */
  setElsewhere(roomId: RoomId, visits: readonly Visit[]): void {
    if (this.#byRoom.has(roomId)) this.#change(roomId, () => this.#elsewhere.set(roomId, visits))
  }

  /** Takes note that a person has opened a room on another node, or closed it there. */
  noteElsewhere(roomId: RoomId, { nodeId, userId }: Visit, isOpen: boolean): void {
    const others = (this.#elsewhere.get(roomId) ?? []).filter(each => each.nodeId !== nodeId || each.userId !== userId)
    this.setElsewhere(roomId, isOpen ? [...others, { nodeId, userId }] : others)
  }

  #usersHere(roomId: RoomId): Set<UserId> {
    const users = new Set<UserId>()
    for (const { userId } of this.#byRoom.get(roomId) ?? []) users.add(userId)
    return users
  }

  #forgetRoom(roomId: RoomId): void {
    this.#byRoom.delete(roomId)
    this.#elsewhere.delete(roomId)
  }

  /** Changes who has a room open, and tells those who have it open here. */
  #change(roomId: RoomId, change: () => void): void {
    const before = this.activeUsers(roomId)
    change()
    const activeUsers = this.activeUsers(roomId)
    for (const userId of activeUsers) if (!before.includes(userId)) this.#tell(roomId, userId, true, activeUsers)
    for (const userId of before) if (!activeUsers.includes(userId)) this.#tell(roomId, userId, false, activeUsers)
  }

  #tell(roomId: RoomId, userId: UserId, isOpen: boolean, activeUsers: readonly UserId[]): void {
    for (const subscriber of this.#byRoom.get(roomId) ?? []) {
      if (hearsOpening(subscriber.userId, userId)) {
        subscriber.receiveActivity?.({ roomId, userId, isOpen, activeUsers })
      }
    }
  }
}
