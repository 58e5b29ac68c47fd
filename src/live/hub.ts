// Long because all that concerns every connection of a node stands here.
import type { Logger } from 'pino'
import type { Answer } from '../chat/answer.js'
import type { Clock } from '../chat/clock.js'
import type { Engine, Publication, RoomId, Told, UserId } from '../chat/engine.js'
import { ChatError, isStorageFailure } from '../chat/errors.js'
import { Rounds } from '../rounds.js'
import { type CloseCode, closeCodes } from './client/close-codes.js'
import { SharedRenderings } from './client/shared-renderings.js'
import type { OpenRooms, Subscriber } from './client/subscriber.js'
import type { PeerNotice, Peers } from './peers.js'
import { RoomBoard } from './room-board.js'
import { SharedVisits } from './shared-visits.js'
import { TypingBoard } from './typing-board.js'

/** How often the server sends something, so that a page can tell a dead connection from a silent one. */
export const heartbeatMs = 15_000
/** The presence of a node that crashed ends after three missed heartbeats. */
const leaseMs = 3 * heartbeatMs
/** Grace period after someone's last connection closes, so that a reload or a change of page shows nobody as gone. */
export const lingerMs = 10_000

/** Other nodes may notice later than this one that rooms were lost; pages that come to them before would not learn why. */
const leastWaitMs = 500
/** What concerns everybody at once is spread over so much time, so that nobody's server has to do it all in one moment. */
const spreadMs = 3_000

/** Is told which sessions have connections on this node. */
export interface SessionFollower {
  opened(userId: UserId, sessionId: string): void
  closed(sessionId: string): void
}

/** What the hub uses of the engine. */
export type HubEngine = Pick<Engine, 'subscribe' | 'holdLease' | 'dropLease'>

/**
 * All open connections of this node: hands each what the engine tells its person, keeps leases and the heartbeat, ends them. What
 * ends or pauses connections of a person reaches those on other nodes too.
 */
export class Hub implements OpenRooms {
  readonly #engine: HubEngine
  readonly #log: Logger
  readonly #maxPerUser: number
  readonly #clock: Clock
  readonly #peers: Peers | null
  readonly #sessions: SessionFollower | null
  readonly #visits: SharedVisits | null
  readonly #byUser = new Map<UserId, Set<Subscriber>>()
  readonly #typing: TypingBoard
  readonly #rooms = new RoomBoard()
  readonly #unsubscribe: () => void
  readonly #beats: Rounds<Subscriber>
  #count = 0
  #isStopping = false

  /**
   * @param peers the other nodes; null when there can be none
   * @param sessions is told of connections with a session, not with a token; null when nobody has to know
   */
  constructor(
    engine: HubEngine,
    clock: Clock,
    log: Logger,
    maxPerUser: number,
    peers: Peers | null = null,
    sessions: SessionFollower | null = null,
  ) {
    this.#engine = engine
    this.#log = log
    this.#maxPerUser = maxPerUser
    this.#clock = clock
    this.#peers = peers
    this.#sessions = sessions
    const onError = (error: unknown) => this.#logFailure(error, 'who has a room open could not be shared')
    this.#visits = peers && new SharedVisits(peers, this.#rooms, clock, heartbeatMs, onError)
    if (this.#visits) this.#rooms.follow(this.#visits)
    peers?.onTold((notice, nodeId) => this.#take(notice, nodeId))
    this.#typing = new TypingBoard(clock, told => this.#deliver(told, new SharedRenderings()))
    this.#unsubscribe = engine.subscribe(publication => this.#route(publication))
    this.#beats = new Rounds(clock, heartbeatMs, subscriber => this.#beat(subscriber))
  }

  get connectionCount(): number {
    return this.#count
  }

  /**
   * Adds a subscriber: it hears of everything for its person, who is shown as here.
   * @throws ChatError `rate_limited` when the person holds as many as they may, on all nodes; `server_busy` while stopping
   */
  async add(subscriber: Subscriber): Promise<void> {
    if (this.#isStopping) throw new ChatError('server_busy')
    const subscribers = this.#byUser.get(subscriber.userId) ?? new Set()
    if (subscribers.size >= this.#maxPerUser) throw new ChatError('rate_limited')
    this.#byUser.set(subscriber.userId, subscribers.add(subscriber))
    this.#count += 1
    this.#beats.add(subscriber)
    if (subscriber.sessionId !== null) this.#sessions?.opened(subscriber.userId, subscriber.sessionId)
    const isLeased = this.#engine.holdLease(subscriber.userId, subscriber.id, leaseMs)
    if (this.#peers === null) return isLeased
    const [hasPlace] = await Promise.all([this.#holdPlace(subscriber, this.#peers), isLeased])
    if (!hasPlace) throw new ChatError('rate_limited')
  }

  /** Forgets a connection that has closed. */
  async remove(subscriber: Subscriber): Promise<void> {
    const subscribers = this.#byUser.get(subscriber.userId)
    if (!subscribers?.delete(subscriber)) return
    this.#count -= 1
    this.#beats.remove(subscriber)
    if (subscriber.sessionId !== null) this.#sessions?.closed(subscriber.sessionId)
    this.#rooms.leaveAll(subscriber)
    if (subscribers.size === 0) this.#byUser.delete(subscriber.userId)
    await Promise.all([
      this.#engine.dropLease(subscriber.userId, subscriber.id, lingerMs),
      this.#peers?.dropPlace(subscriber.userId, subscriber.id),
    ])
  }

  /** Notes that a connection has read a room, and has it open; the connections of the other person that have it open are told. */
  enterRoom(roomId: RoomId, subscriber: Subscriber): Answer<void> {
    if (this.#byUser.get(subscriber.userId)?.has(subscriber)) return this.#rooms.enter(roomId, subscriber)
  }

  /** Notes that a connection no longer has a room open. */
  leaveRoom(roomId: RoomId, subscriber: Subscriber): void {
    this.#rooms.leave(roomId, subscriber)
  }

  /** Which of a room's two people have it open. */
  activeUsers(roomId: RoomId): UserId[] {
    return this.#rooms.activeUsers(roomId)
  }

  /** Whether a person is shown as typing in a room. */
  isTyping(roomId: RoomId, userId: UserId): boolean {
    return this.#typing.isTyping(roomId, userId)
  }

  /** Pauses or resumes a room's updates on every page that a session has open of it. */
  pause(userId: UserId, sessionId: string, roomId: RoomId, isPaused: boolean): void {
    void this.#peers?.tell({ type: 'updates.paused', userId, sessionId, roomId, isPaused })
    this.#pauseHere(userId, sessionId, roomId, isPaused)
  }

  #pauseHere(userId: UserId, sessionId: string, roomId: RoomId, isPaused: boolean): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) {
      if (subscriber.sessionId === sessionId) subscriber.pause?.(roomId, isPaused)
    }
  }

  /** Ends every connection that a session opened. */
  closeSession(userId: UserId, sessionId: string): void {
    void this.#peers?.tell({ type: 'session.ended', userId, sessionId })
    this.#closeSessionHere(userId, sessionId)
  }

  #closeSessionHere(userId: UserId, sessionId: string): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) {
      if (subscriber.sessionId === sessionId) this.#close(subscriber, closeCodes.notLoggedIn)
    }
  }

  /** Ends every connection of a person. */
  closeUser(userId: UserId, code: CloseCode = closeCodes.notLoggedIn): void {
    void this.#peers?.tell({ type: 'account.changed', userId, code })
    this.#closeUserHere(userId, code)
  }

  /**
   * Brings the connections of a person up to date, or everybody's (null) one after another, since they may not have heard of
   * everything.
   */
  catchUpMissed(userId: UserId | null): void {
    if (userId === null) {
      this.#spread(subscriber => {
        // While channels were lost, leases may have lapsed.
        this.#beat(subscriber)
        subscriber.catchUpMissed?.()
      })
    } else for (const subscriber of this.#byUser.get(userId) ?? []) subscriber.catchUpMissed?.()
  }

  /** Has everybody on this node connect anew, one after another, as after a restart. */
  reconnectAll(): void {
    this.#spread(subscriber => this.#close(subscriber, closeCodes.restarting))
  }

  #closeUserHere(userId: UserId, code: CloseCode): void {
    for (const subscriber of this.#byUser.get(userId) ?? []) this.#close(subscriber, code)
  }

  /** Closes every connection and accepts no more. */
  stop(code: CloseCode = closeCodes.restarting): void {
    this.#isStopping = true
    this.#unsubscribe()
    this.#beats.stop()
    this.#visits?.stop()
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
      .catch((error: unknown) => this.#logFailure(error, 'a lease could not be renewed'))
    if (this.#peers === null) return
    this.#holdPlace(subscriber, this.#peers).catch((error: unknown) =>
      this.#logFailure(error, 'the place of a connection could not be renewed'),
    )
  }

  #holdPlace({ userId, id }: Subscriber, peers: Peers): Promise<boolean> {
    return peers.holdPlace(userId, id, this.#maxPerUser)
  }

  #take(notice: PeerNotice, nodeId: string): void {
    switch (notice.type) {
      case 'session.ended':
        this.#closeSessionHere(notice.userId, notice.sessionId)
        break
      case 'account.changed':
        this.#closeUserHere(notice.userId, notice.code)
        break
      case 'updates.paused':
        this.#pauseHere(notice.userId, notice.sessionId, notice.roomId, notice.isPaused)
        break
      case 'room.visited':
        this.#rooms.noteElsewhere(notice.roomId, { nodeId, userId: notice.userId }, notice.isOpen)
        break
      default:
        notice satisfies never
    }
  }

  /** Does something with each connection that is there still when its turn comes. */
  #spread(act: (subscriber: Subscriber) => void): void {
    for (const subscribers of this.#byUser.values()) {
      for (const subscriber of subscribers) {
        this.#clock.after(leastWaitMs + Math.random() * spreadMs, () => {
          if (this.#byUser.get(subscriber.userId)?.has(subscriber)) act(subscriber)
        })
      }
    }
  }

  /** While what nodes share is away, that is logged once, elsewhere. */
  #logFailure(error: unknown, what: string): void {
    if (!isStorageFailure(error)) this.#log.error({ err: error }, what)
  }
}
