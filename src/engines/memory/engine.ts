import type { Clock } from '#src/chat/clock.js'
import type {
  CursorKind,
  Draft,
  Engine,
  EngineEvent,
  EngineOptions,
  EngineStats,
  Message,
  MessageId,
  Presence as PresenceOf,
  RoomId,
  RoomList,
  RoomListAsk,
  RoomSummary,
  RoomView,
  UserId,
  WindowAsk,
} from '#src/chat/engine.js'
import { countBytes } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { DueQueue } from './due-queue.js'
import { EventStream } from './event-stream.js'
import { People } from './people.js'
import { Presence } from './presence.js'
import { summarise, viewRoom } from './room.js'
import { Rooms } from './rooms.js'
import { Tally } from './tally.js'

/** What the memory engine is given beside what every engine is. */
export interface MemoryEngineOptions extends EngineOptions {
  readonly clock: Clock
  /** Told what a listener threw; must not throw itself. Left out, it becomes a warning of the process. */
  readonly onListenerError?: (error: unknown) => void
}

/** The engine that lives in this process and nowhere else. What its methods promise stands at the port. */
export function createMemoryEngine(options: MemoryEngineOptions): Engine {
  return new MemoryEngine(options)
}

/** Every method first performs what is due and then does its own work in one go, which makes each of them atomic. */
class MemoryEngine implements Engine {
  readonly #options: EngineOptions
  readonly #due: DueQueue
  readonly #events: EventStream
  readonly #people: People
  readonly #rooms: Rooms
  readonly #presence: Presence
  readonly #tally = new Tally()

  constructor({ clock, onListenerError = warn, ...options }: MemoryEngineOptions) {
    this.#options = options
    this.#due = new DueQueue(clock)
    this.#events = new EventStream(onListenerError)
    this.#people = new People((person, now) => this.#presence.lapse(person, now))
    this.#rooms = new Rooms(this.#people, this.#due, this.#events, this.#tally, options)
    this.#presence = new Presence(this.#people, this.#rooms, this.#due, this.#events, this.#tally)
  }

  async openRoom(userId: UserId, otherId: UserId): Promise<RoomView> {
    const now = this.#due.run()
    if (userId === otherId) throw new ChatError('not_found')
    const room = this.#rooms.find(userId, otherId) ?? this.#rooms.open(userId, otherId, now)
    return this.readRoom(room.id, userId)
  }

  async findRoom(userId: UserId, otherId: UserId): Promise<RoomId | null> {
    this.#due.run()
    return this.#rooms.find(userId, otherId)?.id ?? null
  }

  async readRoom(roomId: RoomId, userId: UserId, ask: WindowAsk = { of: 'visit' }): Promise<RoomView> {
    const now = this.#due.run()
    const side = this.#rooms.enter(roomId, userId)
    side.mine.activeAt = now
    return viewRoom(side, ask)
  }

  async readSummary(roomId: RoomId, userId: UserId): Promise<RoomSummary> {
    this.#due.run()
    return summarise(this.#rooms.enter(roomId, userId))
  }

  async listRooms(userId: UserId, { limit, before }: RoomListAsk): Promise<RoomList> {
    this.#due.run()
    const sides = [...(this.#people.get(userId)?.rooms.values() ?? [])]
      .sort((a, b) => b.activity - a.activity)
      .flatMap(room => room.sideOf(userId) ?? [])
    const at = before === undefined ? -1 : sides.findIndex(({ room }) => room.id === before)
    const start = before !== undefined && at === -1 ? sides.length : at + 1
    return {
      rooms: sides.slice(start, start + limit).map(summarise),
      hasEarlier: sides.length > start + limit,
      unread: sides.reduce((sum, { mine }) => sum + mine.unread, 0),
    }
  }

  async sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<{ message: Message; duplicate: boolean }> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, senderId)
    mine.activeAt = now
    const first = mine.findSent(draft.nonce)
    if (first !== undefined) return { message: first.message, duplicate: true }
    if (room.messages.size >= this.#options.roomMaxMessages) {
      throw new ChatError('room_full', room.messages.nextExpiry - now)
    }
    if (this.#tally.bytesHeld + countBytes(draft) > this.#options.maxBytes) throw new ChatError('server_full')
    const entry = room.post(mine, draft, now)
    const { message } = entry
    room.activeAt = now
    room.activity = this.#rooms.nextActivity()
    this.#tally.add(entry)
    this.#rooms.schedule(room)
    this.#events.tell({
      type: 'message.sent',
      roomId: room.id,
      people: room.people,
      version: room.version,
      message,
      ...(message.isHeld && { onlyFor: message.senderId }),
    })
    return { message, duplicate: false }
  }

  async removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId)
    const entry = room.messages.get(messageId)
    if (entry?.message.senderId !== mine.person.id) throw new ChatError('not_found')
    mine.activeAt = now
    this.#rooms.retract(room, entry)
  }

  async setLifetime(roomId: RoomId, userId: UserId, lifetimeMs: number): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId)
    mine.activeAt = now
    const byId = mine.person.id
    if (!room.setLifetime(lifetimeMs, byId)) return
    const { id, people, version } = room
    this.#events.tell({ type: 'lifetime.changed', roomId: id, people, version, lifetimeMs, byId })
  }

  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId)
    mine.activeAt = now
    const messages = room.keepLonger()
    if (messages.length === 0) return
    this.#rooms.schedule(room)
    const { id, people, version } = room
    this.#events.tell({ type: 'messages.kept', roomId: id, people, version, byId: mine.person.id, messages })
  }

  async moveCursor(
    roomId: RoomId,
    userId: UserId,
    kind: CursorKind,
    messageId: MessageId,
    isShown = true,
  ): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId)
    // Whoever sees is reading: without this a room could dissolve in the very moment its last message is seen.
    if (kind === 'seen') mine.activeAt = now
    const entry = room.messages.get(messageId)
    const before = mine.shown
    const messages = entry !== undefined && room.advance(mine, kind, entry, isShown)
    if (messages === false) return
    this.#rooms.schedule(room)
    const base = { roomId: room.id, people: room.people, userId: mine.person.id }
    if (!isShown) return this.#events.tell({ ...base, type: 'receipt.noted' })
    this.#events.tell({
      ...base,
      type: 'receipt.moved',
      version: room.version,
      before,
      after: mine.shown,
      messages,
    })
  }

  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId)
    this.#events.tell({
      type: 'typing.changed',
      roomId: room.id,
      people: room.people,
      userId: mine.person.id,
      isTyping,
    })
  }

  async endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId)
    this.#rooms.dissolve(room, 'ended', mine.person.id)
  }

  async forgetPerson(userId: UserId): Promise<void> {
    this.#due.run()
    const person = this.#people.get(userId)
    if (person === undefined) return
    this.#presence.forget(person)
    for (const room of [...person.rooms.values()]) this.#rooms.dissolve(room, 'account_deleted', person.id)
  }

  async holdLease(userId: UserId, leaseId: string, ttlMs: number): Promise<void> {
    this.#presence.hold(userId, leaseId, ttlMs, this.#due.run())
  }

  async dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void> {
    this.#presence.drop(userId, leaseId, lingerMs, this.#due.run())
    this.#due.run()
  }

  async readPresence(viewerId: UserId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, PresenceOf>> {
    this.#due.run()
    return this.#presence.read(viewerId, userIds)
  }

  async readStats(): Promise<EngineStats> {
    this.#due.run()
    return this.#tally.read()
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    return this.#events.subscribe(listener)
  }

  async stop(): Promise<void> {
    this.#due.stop()
    this.#events.stop()
    this.#rooms.clear()
    this.#people.clear()
    this.#tally.clear()
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
