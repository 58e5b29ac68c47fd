import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { Engine, Publication, RoomId, Told, UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { Rounds } from '../rounds.js'
import { type CloseCode, closeCodes } from './client/close-codes.js'
import { SharedRenderings } from './client/shared-renderings.js'
import type { OpenRooms, Subscriber } from './client/subscriber.js'
import { RoomBoard } from './room-board.js'
import { TypingBoard } from './typing-board.js'

/** How often the server sends something, so that a page can tell a dead connection from a silent one. */
export const heartbeatMs = 15_000
/** The presence of a node that crashed ends after three missed heartbeats. */
const leaseMs = 3 * heartbeatMs
/** Grace period after someone's last connection closes, so that a reload or a change of page shows nobody as gone. */
export const lingerMs = 10_000

/** What the hub uses of the engine. */
export type HubEngine = Pick<Engine, 'subscribe' | 'holdLease' | 'dropLease'>

/** All open connections of this node: hands each what the engine tells its person, keeps leases and the heartbeat, ends them. */
export class Hub implements OpenRooms {
  readonly #engine: HubEngine
  readonly #log: Logger
  readonly #maxPerUser: number
  readonly #byUser = new Map<UserId, Set<Subscriber>>()
  readonly #typing: TypingBoard
  readonly #rooms = new RoomBoard()
  readonly #unsubscribe: () => void
  readonly #beats: Rounds<Subscriber>
  #count = 0
  #isStopping = false

  constructor(engine: HubEngine, clock: Clock, log: Logger, maxPerUser: number) {
    this.#engine = engine
    this.#log = log
    this.#maxPerUser = maxPerUser
    this.#typing = new TypingBoard(clock, told => this.#deliver(told, new SharedRenderings()))
    this.#unsubscribe = engine.subscribe(publication => this.#route(publication))
    this.#beats = new Rounds(clock, heartbeatMs, subscriber => this.#beat(subscriber))
  }

  get connectionCount(): number {
    return this.#count
  }

  /**
   * Adds a subscriber: it hears of everything for its person, who is shown as here.
   * @throws ChatError `rate_limited` when the person holds as many as they may; `server_busy` while stopping
   */
  async add(subscriber: Subscriber): Promise<void> {
    if (this.#isStopping) throw new ChatError('server_busy')
    const subscribers = this.#byUser.get(subscriber.userId) ?? new Set()
    if (subscribers.size >= this.#maxPerUser) throw new ChatError('rate_limited')
    this.#byUser.set(subscriber.userId, subscribers.add(subscriber))
    this.#count += 1
    this.#beats.add(subscriber)
    await this.#engine.holdLease(subscriber.userId, subscriber.id, leaseMs)
  }

  /** Forgets a connection that has closed. */
  async remove(subscriber: Subscriber): Promise<void> {
    const subscribers = this.#byUser.get(subscriber.userId)
    if (!subscribers?.delete(subscriber)) return
    this.#count -= 1
    this.#beats.remove(subscriber)
    this.#rooms.leaveAll(subscriber)
    if (subscribers.size === 0) this.#byUser.delete(subscriber.userId)
    await this.#engine.dropLease(subscriber.userId, subscriber.id, lingerMs)
  }

  /** Notes that a connection has read a room, and has it open; the connections of the other person that have it open are told. */
  enterRoom(roomId: RoomId, subscriber: Subscriber): void {
    if (this.#byUser.get(subscriber.userId)?.has(subscriber)) this.#rooms.enter(roomId, subscriber)
  }

  /** Notes that a connection no longer has a room open. */
  leaveRoom(roomId: RoomId, subscriber: Subscriber): void {
    this.#rooms.leave(roomId, subscriber)
  }

  /** Which of a room's two people have it open on this node. */
  activeUsers(roomId: RoomId): UserId[] {
    return this.#rooms.activeUsers(roomId)
  }

  /** Whether a person is shown as typing in a room. */
  isTyping(roomId: RoomId, userId: UserId): boolean {
    return this.#typing.isTyping(roomId, userId)
  }

  /** Pauses or resumes a room's updates on every page that a session has open of it. */
  pause(userId: UserId, sessionId: string, roomId: RoomId, isPaused: boolean): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) {
      if (subscriber.sessionId === sessionId) subscriber.pause?.(roomId, isPaused)
    }
  }

  /** Ends every connection that a session opened. */
  closeSession(userId: UserId, sessionId: string): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) {
      if (subscriber.sessionId === sessionId) this.#close(subscriber, closeCodes.notLoggedIn)
    }
  }

  /** Ends every connection of a person. */
  closeUser(userId: UserId, code: CloseCode = closeCodes.notLoggedIn): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) this.#close(subscriber, code)
  }

  /** Closes every connection and accepts no more. */
  stop(code: CloseCode = closeCodes.restarting): void {
    this.#isStopping = true
    this.#unsubscribe()
    this.#beats.stop()
    this.#typing.stop()
    for (const subscribers of this.#byUser.values()) for (const subscriber of subscribers) subscriber.close(code)
  }

  /** What a connection had open is closed at once, however long its other end takes to close. */
  #close(subscriber: Subscriber, code: CloseCode): void {
    subscriber.close(code)
    this.#rooms.leaveAll(subscriber)
  }

  #route({ told }: Publication): void {
    const shared = new SharedRenderings()
    for (const each of told) {
      const { userId, event } = each
      this.#typing.noteFacts(each)
      if (event.type === 'typing.changed' && !this.#typing.report(userId, event)) continue
      this.#deliver(each, shared)
      if (event.type === 'message.sent' && event.message.senderId !== userId) {
        this.#typing.messageSent(event.roomId, event.message.senderId)
      }
      if (event.type === 'room.dissolved') {
        this.#rooms.forget(event.roomId)
        this.#typing.forget(event.roomId)
      }
    }
  }

  #deliver({ userId, event }: Told, shared: SharedRenderings): void {
    const subscribers = this.#byUser.get(userId)
    if (subscribers === undefined) return
    for (const subscriber of subscribers) subscriber.receive(event, shared)
  }

  #beat(subscriber: Subscriber): void {
    subscriber.beat()
    this.#engine
      .holdLease(subscriber.userId, subscriber.id, leaseMs)
      .catch((error: unknown) => this.#log.error({ err: error }, 'a lease could not be renewed'))
  }
}
