import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import { audienceOf, type Engine, type EngineEvent, heardBy, type RoomId, type UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { RoomBoard } from './room-board.js'
import type { SharedRenderings, Subscriber } from './subscriber.js'
import { type CloseCode, closeCodes } from './transport/close-codes.js'
import { TypingBoard } from './typing-board.js'

/** How often the server sends something, so that a page can tell a dead connection from a silent one. */
export const heartbeatMs = 15_000
/** Three missed heartbeats end the presence of a node that crashed. */
const leaseMs = 3 * heartbeatMs
/** Who closes their last page counts as here for this long, so that a reload or a change of page shows nobody as gone. */
export const lingerMs = 10_000

/** All open connections of this node: who is told of what, presence, the heartbeat, and ending them. */
export class Hub {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #log: Logger
  readonly #maxPerUser: number
  readonly #byUser = new Map<UserId, Set<Subscriber>>()
  readonly #typing: TypingBoard
  readonly #rooms = new RoomBoard()
  readonly #unsubscribe: () => void
  #cancelBeat: () => void
  #count = 0
  #isStopping = false

  constructor(engine: Engine, clock: Clock, log: Logger, maxPerUser: number) {
    this.#engine = engine
    this.#clock = clock
    this.#log = log
    this.#maxPerUser = maxPerUser
    this.#typing = new TypingBoard(clock, event => this.#deliver(event))
    this.#unsubscribe = engine.subscribe(event => this.#onEvent(event))
    this.#cancelBeat = clock.after(heartbeatMs, () => this.#beat())
  }

  get connectionCount(): number {
    return this.#count
  }

  /**
   * Lets a connection hear of everything that concerns its person, and shows the person as here.
   * @throws ChatError `rate_limited` when the person holds as many as they may; `server_busy` while stopping
   */
  async add(subscriber: Subscriber): Promise<void> {
    if (this.#isStopping) throw new ChatError('server_busy')
    const subscribers = this.#byUser.get(subscriber.userId) ?? new Set()
    if (subscribers.size >= this.#maxPerUser) throw new ChatError('rate_limited')
    this.#byUser.set(subscriber.userId, subscribers.add(subscriber))
    this.#count += 1
    await this.#engine.holdLease(subscriber.userId, subscriber.id, leaseMs)
  }

  /** Forgets a connection that has closed. */
  async remove(subscriber: Subscriber): Promise<void> {
    const subscribers = this.#byUser.get(subscriber.userId)
    if (!subscribers?.delete(subscriber)) return
    this.#count -= 1
    this.#rooms.leaveAll(subscriber)
    if (subscribers.size === 0) this.#byUser.delete(subscriber.userId)
    await this.#engine.dropLease(subscriber.userId, subscriber.id, lingerMs)
  }

  /** Notes that a connection has a room open; those of the room's other person are told. */
  enterRoom(roomId: RoomId, subscriber: Subscriber): void {
    if (this.#byUser.get(subscriber.userId)?.has(subscriber)) this.#rooms.enter(roomId, subscriber)
  }

  /** Notes that a connection no longer has a room open. */
  leaveRoom(roomId: RoomId, subscriber: Subscriber): void {
    this.#rooms.leave(roomId, subscriber)
  }

  /** Who of a room's two people has it open, on this node. */
  activeUsers(roomId: RoomId): UserId[] {
    return this.#rooms.activeUsers(roomId)
  }

  /** Whether a person is shown as typing in a room. */
  isTyping(roomId: RoomId, userId: UserId): boolean {
    return this.#typing.isTyping(roomId, userId)
  }

  /** Holds a room's updates back, or goes on, on every page that a session has open of it. */
  pause(userId: UserId, sessionId: string, roomId: RoomId, isPaused: boolean): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) {
      if (subscriber.sessionId === sessionId) subscriber.pause?.(roomId, isPaused)
    }
  }

  /** Ends every connection that a session opened. */
  closeSession(userId: UserId, sessionId: string): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) {
      if (subscriber.sessionId === sessionId) subscriber.close(closeCodes.notLoggedIn)
    }
  }

  /** Ends every connection of a person. */
  closeUser(userId: UserId, code: CloseCode = closeCodes.notLoggedIn): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) subscriber.close(code)
  }

  /** Ends every connection and takes no more. */
  stop(code: CloseCode = closeCodes.restarting): void {
    this.#isStopping = true
    this.#unsubscribe()
    this.#cancelBeat()
    this.#typing.stop()
    for (const subscribers of this.#byUser.values()) for (const subscriber of subscribers) subscriber.close(code)
  }

  #onEvent(event: EngineEvent): void {
    if (event.type === 'typing.changed' && !this.#typing.report(event)) return
    this.#deliver(event)
    if (event.type === 'room.dissolved') this.#rooms.forget(event.roomId)
    if (event.type !== 'message.sent') return
    const { roomId, people, message } = event
    const userId = message.senderId
    const audience = audienceOf(event).filter(each => each !== userId)
    this.#typing.messageSent(roomId, userId)
    this.#onEvent({ type: 'typing.changed', roomId, people, audience, userId, isTyping: false })
  }

  #deliver(event: EngineEvent): void {
    const shared: SharedRenderings = new Map()
    for (const userId of audienceOf(event)) {
      const heard = heardBy(event, userId)
      if (heard === null) continue
      for (const subscriber of this.#byUser.get(userId) ?? []) subscriber.receive(heard, shared)
    }
  }

  #beat(): void {
    for (const [userId, subscribers] of this.#byUser) {
      for (const subscriber of subscribers) {
        subscriber.beat()
        this.#engine
          .holdLease(userId, subscriber.id, leaseMs)
          .catch((error: unknown) => this.#log.error({ err: error }, 'renewing a lease failed'))
      }
    }
    this.#cancelBeat = this.#clock.after(heartbeatMs, () => this.#beat())
  }
}
