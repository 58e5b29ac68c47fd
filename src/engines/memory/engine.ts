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
  OwnStats,
  Presence as PresenceOf,
  Privacy,
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
import { Blocks } from './blocks.js'
import { Discretion } from './discretion.js'
import { DueQueue } from './due-queue.js'
import { EventStream } from './event-stream.js'
import { People } from './people.js'
import { Presence } from './presence.js'
import { type Room, type Side, summarise, viewRoom } from './room.js'
import { Rooms } from './rooms.js'
import type { Seat } from './seat.js'
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
  readonly #blocks: Blocks
  readonly #discretion = new Discretion()
  readonly #tally = new Tally()

  constructor({ clock, onListenerError = warn, ...options }: MemoryEngineOptions) {
    this.#options = options
    this.#due = new DueQueue(clock)
    this.#events = new EventStream(onListenerError)
    this.#people = new People((person, now) => this.#presence.lapse(person, now))
    this.#rooms = new Rooms(this.#people, this.#discretion, this.#due, this.#events, this.#tally, options)
    this.#blocks = new Blocks(this.#people, this.#rooms, this.#discretion, this.#due, this.#events)
    this.#presence = new Presence(this.#people, this.#rooms, this.#due, this.#events, this.#tally)
  }

  async openRoom(userId: UserId, otherId: UserId): Promise<RoomView> {
    const now = this.#due.run()
    if (userId === otherId) throw new ChatError('not_found')
    if (this.#discretion.sightOf(userId, otherId) !== null) throw new ChatError('blocked')
    const room = this.#rooms.find(userId, otherId) ?? this.#rooms.create(userId, otherId)
    const side = this.#rooms.enter(room.id, userId, now)
    this.#rooms.boundUnshared(side.mine.person)
    return viewRoom(side, { of: 'visit' })
  }

  async findRoom(userId: UserId, otherId: UserId): Promise<RoomId | null> {
    this.#due.run()
    const side = this.#rooms.find(userId, otherId)?.sideOf(userId)
    return side?.mine.hears ? side.room.id : null
  }

  async readRoom(roomId: RoomId, userId: UserId, ask: WindowAsk = { of: 'visit' }): Promise<RoomView> {
    return viewRoom(this.#rooms.enter(roomId, userId, this.#due.run()), ask)
  }

  async readSummary(roomId: RoomId, userId: UserId): Promise<RoomSummary> {
    this.#due.run()
    return summarise(this.#rooms.findSide(roomId, userId))
  }

  async listRooms(userId: UserId, { limit, before }: RoomListAsk): Promise<RoomList> {
    this.#due.run()
    const chats = this.#people.get(userId)?.chats
    const last = before === undefined ? null : this.#rooms.findListed(before, userId)
    const sides: Side[] = []
    let hasEarlier = false
    for (const side of last === undefined ? [] : (chats?.after(last) ?? [])) {
      hasEarlier = sides.length === limit
      if (hasEarlier) break
      sides.push(side)
    }
    return { rooms: sides.map(summarise), hasEarlier, unread: chats?.unread ?? 0 }
  }

  async sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<{ message: Message; duplicate: boolean }> {
    const now = this.#due.run()
    const { room, mine, theirs } = this.#rooms.enter(roomId, senderId, now)
    const first = mine.findSent(draft.nonce)
    if (first !== undefined) return { message: first.message, duplicate: true }
    this.#refuseOver(room, mine, countBytes(draft), now)
    const entry = room.post(mine, draft, theirs.sight !== null, now)
    const { message } = entry
    this.#tally.add(entry)
    const met = this.#rooms.introduce(room, () => this.#rooms.noteSent(room, entry, now))
    this.#events.tell({ type: 'message.sent', ...room.told, version: room.version, message }, ...met)
    return { message, duplicate: false }
  }

  async removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.findSide(roomId, userId)
    const entry = room.messages.get(messageId)
    if (entry?.message.senderId !== mine.person.id) throw new ChatError('not_found')
    mine.activeAt = now
    this.#rooms.retract(room, entry)
  }

  async setLifetime(roomId: RoomId, userId: UserId, lifetimeMs: number): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId, now)
    const byId = mine.person.id
    if (!room.setLifetime(lifetimeMs, byId)) return
    this.#events.tell({ type: 'lifetime.changed', ...room.told, version: room.version, lifetimeMs, byId })
  }

  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    const now = this.#due.run()
    const { room, mine } = this.#rooms.enter(roomId, userId, now)
    const messages = room.keepLonger()
    if (messages.length === 0) return
    this.#rooms.schedule(room)
    this.#events.tell({ type: 'messages.kept', ...room.told, version: room.version, byId: mine.person.id, messages })
  }

  async moveCursor(roomId: RoomId, userId: UserId, kind: CursorKind, messageId: MessageId): Promise<void> {
    const now = this.#due.run()
    // Whoever sees is reading: without this a room could dissolve in the very moment its last message is seen.
    const side = kind === 'seen' ? this.#rooms.enter(roomId, userId, now) : this.#rooms.findSide(roomId, userId)
    const { room, mine } = side
    const isShown = this.#discretion.sendsReceipts(mine.person.id)
    const entry = room.messages.get(messageId)
    const before = mine.shown
    const messages = entry !== undefined && room.advance(mine, kind, entry, isShown)
    if (messages === false) return
    this.#rooms.schedule(room)
    const base = { ...room.told, userId: mine.person.id }
    if (!isShown) return this.#events.tell({ ...base, type: 'receipt.noted' })
    this.#events.tell({ ...base, type: 'receipt.moved', version: room.version, before, after: mine.shown, messages })
  }

  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    this.#due.run()
    const { room, mine, theirs } = this.#rooms.findSide(roomId, userId)
    const { id } = mine.person
    if (!mine.hasEntered || !theirs.hears || !this.#discretion.sendsTyping(id)) return
    this.#events.tell({ type: 'typing.changed', ...room.toldTo(seat => seat === theirs), userId: id, isTyping })
  }

  async endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    this.#due.run()
    const { room, mine } = this.#rooms.findSide(roomId, userId)
    this.#rooms.dissolve(room, 'ended', mine.person.id)
  }

  async forgetPerson(userId: UserId): Promise<void> {
    this.#due.run()
    this.#discretion.forget(userId)
    const person = this.#people.get(userId)
    if (person === undefined) return
    this.#presence.forget(person)
    for (const room of [...person.rooms.values()]) this.#rooms.dissolve(room, 'account_deleted', person.id)
  }

  async setPrivacy(userId: UserId, privacy: Privacy, lingerMs: number): Promise<readonly UserId[]> {
    const blocked = this.#blocks.set(userId, privacy, lingerMs, this.#due.run())
    this.#due.run()
    return blocked
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

  async readOwnStats(userId: UserId): Promise<OwnStats> {
    this.#due.run()
    const own = { rooms: 0, messages: 0, bytesHeld: 0 }
    for (const { mine } of this.#people.get(userId)?.chats.after(null) ?? []) {
      own.rooms += 1
      own.messages += mine.messages
      own.bytesHeld += mine.bytes
    }
    return own
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    return this.#events.subscribe(listener)
  }

  async stop(): Promise<void> {
    this.#due.stop()
    this.#events.stop()
    this.#rooms.clear()
    this.#people.clear()
    this.#discretion.clear()
    this.#tally.clear()
  }

  /** @throws ChatError `person_full`, `room_full` or `server_full` when a message of `bytes` would be too much */
  #refuseOver(room: Room, { person }: Seat, bytes: number, now: number): void {
    const { maxBytes, maxBytesPerPerson, roomMaxMessages } = this.#options
    if (person.bytesSent + bytes > maxBytesPerPerson) throw new ChatError('person_full')
    if (room.messages.size >= roomMaxMessages) throw new ChatError('room_full', room.messages.nextExpiry - now)
    if (this.#tally.bytesHeld + bytes > maxBytes) throw new ChatError('server_full')
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
