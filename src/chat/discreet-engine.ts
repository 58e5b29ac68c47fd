import type { Clock } from './clock.js'
import type {
  CursorKind,
  Draft,
  Engine,
  EngineEvent,
  EngineStats,
  Message,
  MessageId,
  Presence,
  RoomId,
  RoomList,
  RoomListAsk,
  RoomSummary,
  RoomView,
  UserId,
  WindowAsk,
} from './engine.js'
import { ChatError } from './errors.js'
import { LastSights } from './last-sights.js'

/** What people keep from others. */
export interface Discreet {
  hasBlocked(userId: UserId, otherId: UserId): boolean
  sendsReceipts(userId: UserId): boolean
  sendsTyping(userId: UserId): boolean
}

type Listener = (event: EngineEvent) => void
type RoomEvent = Exclude<EngineEvent, { type: 'presence.changed' }>

/**
 * An engine that keeps what people do not want told, at its source: pages, API and sockets all stand behind it.
 *
 * - Who tells nobody of receipts or typing sends none; their own unread counts go on.
 * - For who has blocked somebody, the room of the two does not exist until they take it back, and opening it is refused
 *   with `blocked`. The blocked notices nothing: what they send is held, and stays "Sent" until it expires.
 * - Neither sees the other's presence or typing. To the blocked, who blocked them closed their pages at that moment and
 *   has not come back.
 */
export class DiscreetEngine implements Engine {
  readonly #inner: Engine
  readonly #discreet: Discreet
  readonly #sights: LastSights
  readonly #onError: (error: unknown) => void
  readonly #subscriptions = new Set<{ readonly listener: Listener }>()

  /** @param onError told when somebody could not be told that another has gone, which they see at their next look */
  constructor(inner: Engine, discreet: Discreet, clock: Clock, onError: (error: unknown) => void) {
    this.#inner = inner
    this.#discreet = discreet
    this.#onError = onError
    this.#sights = new LastSights(inner, clock)
  }

  async openRoom(userId: UserId, otherId: UserId): Promise<RoomView> {
    if (this.#discreet.hasBlocked(userId, otherId)) throw new ChatError('blocked')
    return this.#inner.openRoom(userId, otherId)
  }

  async findRoom(userId: UserId, otherId: UserId): Promise<RoomId | null> {
    return this.#discreet.hasBlocked(userId, otherId) ? null : this.#inner.findRoom(userId, otherId)
  }

  async readRoom(roomId: RoomId, userId: UserId, ask?: WindowAsk): Promise<RoomView> {
    await this.#enter(roomId, userId)
    return this.#inner.readRoom(roomId, userId, ask)
  }

  readSummary(roomId: RoomId, userId: UserId): Promise<RoomSummary> {
    return this.#enter(roomId, userId)
  }

  async listRooms(userId: UserId, ask: RoomListAsk): Promise<RoomList> {
    const { rooms, ...rest } = await this.#inner.listRooms(userId, ask)
    return { ...rest, rooms: rooms.filter(({ otherId }) => !this.#discreet.hasBlocked(userId, otherId)) }
  }

  async sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<{ message: Message; duplicate: boolean }> {
    const { otherId } = await this.#enter(roomId, senderId)
    const isHeld = this.#discreet.hasBlocked(otherId, senderId)
    return this.#inner.sendMessage(roomId, senderId, { ...draft, isHeld })
  }

  async removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    await this.#enter(roomId, userId)
    return this.#inner.removeMessage(roomId, userId, messageId)
  }

  async setLifetime(roomId: RoomId, userId: UserId, lifetimeMs: number): Promise<void> {
    await this.#enter(roomId, userId)
    return this.#inner.setLifetime(roomId, userId, lifetimeMs)
  }

  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#enter(roomId, userId)
    return this.#inner.keepLonger(roomId, userId)
  }

  async moveCursor(
    roomId: RoomId,
    userId: UserId,
    kind: CursorKind,
    messageId: MessageId,
    isShown = true,
  ): Promise<void> {
    const { otherId } = await this.#enter(roomId, userId)
    const mayShow = isShown && this.#discreet.sendsReceipts(userId) && !this.#isBetween(userId, otherId)
    return this.#inner.moveCursor(roomId, userId, kind, messageId, mayShow)
  }

  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    const { otherId } = await this.#enter(roomId, userId)
    if (!this.#discreet.sendsTyping(userId) || this.#isBetween(userId, otherId)) return
    return this.#inner.setTyping(roomId, userId, isTyping)
  }

  async endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#enter(roomId, userId)
    return this.#inner.endRoom(roomId, userId)
  }

  forgetPerson(userId: UserId): Promise<void> {
    this.#sights.forget(userId)
    return this.#inner.forgetPerson(userId)
  }

  holdLease(userId: UserId, leaseId: string, ttlMs: number): Promise<void> {
    return this.#inner.holdLease(userId, leaseId, ttlMs)
  }

  dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void> {
    return this.#inner.dropLease(userId, leaseId, lingerMs)
  }

  async readPresence(viewerId: UserId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>> {
    const visible = userIds.filter(userId => !this.#discreet.hasBlocked(viewerId, userId))
    const found = await this.#inner.readPresence(viewerId, visible)
    const presences = [...found].map(async ([userId, presence]): Promise<[UserId, Presence]> => {
      const isHidden = this.#discreet.hasBlocked(userId, viewerId)
      return [userId, isHidden ? await this.#sights.read(userId, viewerId) : presence]
    })
    return new Map(await Promise.all(presences))
  }

  readStats(): Promise<EngineStats> {
    return this.#inner.readStats()
  }

  subscribe(listener: Listener): () => void {
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    const unsubscribe = this.#inner.subscribe(event => {
      const told = this.#veil(event)
      if (told !== null) listener(told)
    })
    return () => {
      this.#subscriptions.delete(subscription)
      unsubscribe()
    }
  }

  stop(): Promise<void> {
    this.#sights.clear()
    return this.#inner.stop()
  }

  /**
   * Lets one person, who was just blocked, see the other go as they go whenever they close their pages: after `lingerMs`,
   * as with `dropLease`.
   */
  hide(userId: UserId, fromId: UserId, lingerMs: number): Promise<void> {
    return this.#sights.begin(userId, fromId, lingerMs, () => {
      this.#tellPresence(userId, fromId).catch(this.#onError)
    })
  }

  /** Lets one person, who is blocked no longer, see the other as they are. */
  async reveal(userId: UserId, toId: UserId): Promise<void> {
    const { isOnline } = await this.#sights.read(userId, toId)
    this.#sights.end(userId, toId)
    await this.#tellPresence(userId, toId, isOnline)
  }

  /** Tells one person how they see another, if they see them at all, and not as they were shown already. */
  async #tellPresence(userId: UserId, toId: UserId, wasOnline = true): Promise<void> {
    const presence = (await this.readPresence(toId, [userId])).get(userId)
    if (presence === undefined || presence.isOnline === wasOnline) return
    for (const { listener } of this.#subscriptions) listener({ type: 'presence.changed', presence, audience: [toId] })
  }

  /** What of an event may be told, and to whom; null for nothing. */
  #veil(event: EngineEvent): EngineEvent | null {
    if (event.type === 'presence.changed') {
      const { userId } = event.presence
      const audience = event.audience.filter(each => !this.#isBetween(each, userId))
      return audience.length === 0 ? null : { ...event, audience }
    }
    if (event.type === 'message.removed') return event
    const [first, second] = event.people
    const hears = [first, second].filter((each, index) => this.#mayHear(event, each, index === 0 ? second : first))
    const [only] = hears
    if (hears.length === 2) return event
    return only === undefined || (event.onlyFor ?? only) !== only ? null : { ...event, onlyFor: only }
  }

  /** What ends is told to both: a page that shows it must not keep it. But what was never shown does not end either. */
  #mayHear({ type, roomId }: RoomEvent, userId: UserId, otherId: UserId): boolean {
    if (!this.#discreet.hasBlocked(userId, otherId)) return true
    return type === 'room.dissolved' && this.#sights.mayShow(roomId, userId, otherId)
  }

  #isBetween(userId: UserId, otherId: UserId): boolean {
    return this.#discreet.hasBlocked(userId, otherId) || this.#discreet.hasBlocked(otherId, userId)
  }

  /** @throws ChatError `not_found` for who is not of the room, and for who has blocked the other */
  async #enter(roomId: RoomId, userId: UserId): Promise<RoomSummary> {
    const summary = await this.#inner.readSummary(roomId, userId)
    if (this.#discreet.hasBlocked(userId, summary.otherId)) throw new ChatError('not_found')
    return summary
  }
}
