/** Long because every method of the port is answered here, each in one place. */

import type { Clock } from '#src/chat/clock.js'
import type {
  CursorKind,
  Draft,
  Ending,
  Engine,
  EngineOptions,
  EngineStats,
  KeepReason,
  Lifetime,
  MessageId,
  OwnStats,
  Presence,
  Privacy,
  Publication,
  Quote,
  Reach,
  RoomId,
  RoomList,
  RoomListAsk,
  RoomView,
  Sent,
  ServerNotice,
  TimelineEvent,
  Told,
  UserId,
  VanishedTotals,
  WindowAsk,
} from '#src/chat/engine.js'
import { countBytes } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { longestLifeMs } from '#src/chat/lifetimes.js'
import { hearsTyping, mayLiveFromSeen, mayOpen } from '#src/chat/privacy.js'
import { Publisher } from '#src/chat/publisher.js'
import { Blocks } from './blocks.js'
import { isFromOther } from './counts.js'
import { type CursorMove, moveCursor } from './cursors.js'
import { DueQueue } from './due-queue.js'
import { Endings } from './endings.js'
import { GoneMessages } from './gone-messages.js'
import { KnownPeople } from './known-people.js'
import { Leases } from './leases.js'
import type { Entry } from './message-store.js'
import type { Member } from './model.js'
import { PrivacyChoices } from './privacy-choices.js'
import { messageFor, quoteFor } from './quotes.js'
import { beginLives, chooseErasure, chooseLifetime, keepWarned, noteKept, post } from './room-changes.js'
import { RoomTable } from './room-table.js'
import { Slabs } from './slabs.js'
import { Tally } from './tally.js'
import {
  keptNotices,
  raiseVersion,
  tell,
  tellMembers,
  tellOfLifetime,
  tellOfMessages,
  tellOfReceipt,
  tellOfSent,
  watchWhoSees,
} from './telling.js'
import { noteShown } from './vanished.js'
import { reachOf, summarise, viewRoom, warnedOf } from './views.js'

/** What the memory engine is given beside what every engine is. */
export interface MemoryEngineOptions extends EngineOptions {
  readonly clock: Clock
  /**
   * What all messages may take of the memory of this process, in bytes, with what is left over between them; left out, only
   * what they count for is bounded.
   */
  readonly maxMemoryBytes?: number
  /** Told what a subscriber threw; must not throw itself. By default it becomes a warning of the process. */
  readonly onSubscriberError?: (error: unknown) => void
}

/**
 * The engine that lives in this process and nowhere else. What its methods guarantee is written at the port. Every method
 * first does what is due and then its own work, without waiting in between: so each is atomic.
 */
export class MemoryEngine implements Engine {
  readonly #options: EngineOptions
  readonly #maxMemoryBytes: number
  /** The memory of the messages of all rooms. */
  readonly #slabs = new Slabs()
  readonly #due: DueQueue
  readonly #publisher: Publisher
  readonly #people: KnownPeople
  readonly #endings: Endings
  readonly #rooms: RoomTable
  readonly #leases: Leases
  readonly #blocks: Blocks
  readonly #choices = new PrivacyChoices()
  readonly #tally = new Tally()
  readonly #gone: GoneMessages

  constructor({ clock, maxMemoryBytes, onSubscriberError = warn, ...options }: MemoryEngineOptions) {
    this.#options = options
    this.#maxMemoryBytes = maxMemoryBytes ?? Number.POSITIVE_INFINITY
    this.#due = new DueQueue(clock)
    this.#publisher = new Publisher(onSubscriberError)
    this.#people = new KnownPeople(this.#choices, (person, now) => this.#leases.endDue(person, now))
    this.#endings = new Endings(this.#due)
    this.#gone = new GoneMessages(this.#due, longestLifeMs(options))
    const people = this.#people
    const ofRooms = { ...options, slabs: this.#slabs }
    this.#rooms = new RoomTable(people, this.#due, this.#publisher, this.#tally, this.#endings, this.#gone, ofRooms)
    const { messageTtlMs } = options
    this.#blocks = new Blocks(this.#people, this.#rooms, this.#choices, this.#due, this.#publisher, messageTtlMs)
    this.#leases = new Leases(this.#people, this.#rooms, this.#due, this.#publisher, this.#tally, clock)
  }

  async openRoom(userId: UserId, otherId: UserId): Promise<RoomView> {
    const now = this.#due.run()
    if (userId === otherId) throw new ChatError('not_found')
    if (!mayOpen({ hasBlocked: this.#choices.of(userId).blocked.has(otherId) })) throw new ChatError('blocked')
    const room = this.#rooms.findPair(userId, otherId)?.room ?? this.#rooms.create(userId, otherId, now)
    const member = this.#rooms.enter(room.id, userId, now)
    this.#rooms.boundUnshared(member.person, now)
    return viewRoom(member, { of: 'visit' })
  }

  async isMember(roomId: RoomId, userId: UserId): Promise<boolean> {
    this.#due.run()
    return this.#rooms.find(roomId, userId) !== undefined
  }

  async readRoom(roomId: RoomId, userId: UserId, ask: WindowAsk = { of: 'visit' }): Promise<RoomView> {
    return viewRoom(this.#rooms.enter(roomId, userId, this.#due.run()), ask)
  }

  async readQuote(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<Quote | null> {
    this.#due.run()
    return quoteFor(this.#rooms.get(roomId, userId), messageId)
  }

  async readReach(roomId: RoomId, messageId: MessageId): Promise<Reach | null> {
    this.#due.run()
    const room = this.#rooms.read(roomId)
    const entry = room?.messages.get(messageId)
    return room && entry ? reachOf(room, entry) : null
  }

  async listRooms(userId: UserId, { limit, before, among }: RoomListAsk): Promise<RoomList> {
    this.#due.run()
    const listed = this.#people.get(userId)?.listed
    const last = before === undefined ? null : this.#rooms.find(before, userId)
    const members: Member[] = []
    let hasEarlier = false
    for (const member of last === undefined || last?.isListed === false ? [] : (listed?.after(last) ?? [])) {
      if (among !== undefined && !among.has(member.other.id)) continue
      hasEarlier = members.length === limit
      if (hasEarlier) break
      members.push(member)
    }
    return { rooms: members.map(summarise), hasEarlier, totalUnread: listed?.unread ?? 0 }
  }

  async listOthers(userId: UserId, limit: number): Promise<readonly UserId[]> {
    this.#due.run()
    const others: UserId[] = []
    for (const { other } of this.#people.get(userId)?.listed.after(null) ?? []) {
      if (others.length === limit) break
      others.push(other.id)
    }
    return others
  }

  sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Sent {
    const now = this.#due.run()
    const sender = this.#rooms.enter(roomId, senderId, now)
    const first = sender.room.messages.findSent(senderId, draft.nonce)
    const known = first ? messageFor(sender, first) : this.#gone.find(sender, draft.nonce)
    if (known !== undefined) return { message: known, duplicate: true }
    this.#refuseOver(sender, countBytes(draft), now)
    const { room } = sender
    const tellWhoSees = watchWhoSees(room)
    const entry = post(sender, draft, this.#options.messageTtlMs, now)
    this.#tally.add(entry)
    this.#rooms.noteSent(room, entry, now)
    const told = tellOfSent(room, entry)
    const notices = sentNotices(entry, told)
    told.push(...tellWhoSees())
    this.#publisher.publish(told, notices)
    room.messages.letGoOfStored()
    return { message: messageFor(sender, entry), duplicate: false }
  }

  async removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    const now = this.#due.run()
    const member = this.#rooms.get(roomId, userId)
    const entry = member.room.messages.get(messageId)
    if (entry?.message.senderId !== member.id) throw new ChatError('not_found')
    member.activeAt = now
    this.#rooms.retract(member.room, entry, now)
  }

  async setLifetime(roomId: RoomId, userId: UserId, { lifetimeMs, from }: Lifetime): Promise<void> {
    const now = this.#due.run()
    const member = this.#rooms.enter(roomId, userId, now)
    if (from === 'seen' && !mayLiveFromSeen(member.room.members)) throw new ChatError('invalid')
    const { messageTtlMs } = this.#options
    const timeline = chooseLifetime(member, { lifetimeMs, from }, messageTtlMs, now)
    if (timeline === null) return
    this.#rooms.schedule(member.room)
    this.#publisher.publish(tellOfLifetime(member, messageTtlMs, [], timeline))
  }

  async setErasure(roomId: RoomId, userId: UserId, erasesWhenLeft: boolean): Promise<void> {
    const now = this.#due.run()
    const member = this.#rooms.enter(roomId, userId, now)
    const timeline = chooseErasure(member, erasesWhenLeft, this.#options.messageTtlMs, now)
    if (timeline === null) return
    this.#rooms.schedule(member.room)
    const change = { type: 'erasure.changed', erasesWhenLeft, byId: member.id, timeline } as const
    this.#publisher.publish(tellMembers(member.room, ({ version }) => ({ ...change, version })))
  }

  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    const now = this.#due.run()
    const member = this.#rooms.enter(roomId, userId, now)
    const kept = keepWarned(member.room, now)
    if (kept.length > 0) this.#publishKept(member, kept, 'kept', noteKept(member, kept, now))
  }

  async dismissWarning(roomId: RoomId, userId: UserId): Promise<void> {
    const now = this.#due.run()
    const member = this.#rooms.enter(roomId, userId, now)
    const wasWarned = warnedOf(member).length > 0
    member.dismissedUpTo = member.room.lastSeq
    if (wasWarned) this.#publisher.publish([tell(member, { type: 'messages.expiring', messages: [] })])
  }

  moveCursor(roomId: RoomId, userId: UserId, kind: CursorKind, messageId: MessageId, inViewFrom?: number): void {
    const now = this.#due.run()
    // Whoever sees a message is reading: without this a room could dissolve at the moment its last message is seen.
    const member = kind === 'seen' ? this.#rooms.enter(roomId, userId, now) : this.#rooms.get(roomId, userId)
    const entry = member.room.messages.get(messageId)
    if (entry === undefined || !isFromOther(member, entry)) return
    this.#publishMove(member, moveCursor(member, kind, entry))
    if (kind === 'delivered') return
    const { seq } = entry.message
    this.#publishKept(member, beginLives(member, { from: inViewFrom ?? seq, to: seq }, now), 'seen', null)
  }

  async noteVanishedShown(roomId: RoomId, userId: UserId, totals: VanishedTotals): Promise<void> {
    const now = this.#due.run()
    const member = this.#rooms.enter(roomId, userId, now)
    noteShown(member, totals)
    this.#rooms.schedule(member.room)
  }

  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    this.#due.run()
    const member = this.#rooms.get(roomId, userId)
    if (!hearsTyping(member.other, member)) return
    this.#publisher.publish([tell(member.other, { type: 'typing.changed', userId: member.id, isTyping })])
  }

  async endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    const now = this.#due.run()
    const { room, id } = this.#rooms.get(roomId, userId)
    this.#rooms.dissolve(room, 'ended', id, now)
  }

  async listEndings(userId: UserId): Promise<readonly Ending[]> {
    this.#due.run()
    const { blocked } = this.#choices.of(userId)
    return this.#endings.of(userId).filter(({ otherId }) => !blocked.has(otherId))
  }

  async forgetPerson(userId: UserId): Promise<void> {
    const now = this.#due.run()
    this.#choices.forget(userId)
    const person = this.#people.get(userId)
    if (person !== undefined) this.#leases.forget(person)
    for (const room of [...(person?.rooms.values() ?? [])]) this.#rooms.dissolve(room, 'account_deleted', userId, now)
    this.#endings.dropAll(userId)
  }

  async setPrivacy(userId: UserId, privacy: Privacy, lingerMs: number): Promise<readonly UserId[]> {
    const blocked = this.#blocks.set(userId, privacy, lingerMs, this.#due.run())
    this.#due.run()
    return blocked
  }

  async holdLease(userId: UserId, leaseId: string, ttlMs: number): Promise<void> {
    this.#leases.hold(userId, leaseId, ttlMs, this.#due.run())
  }

  async dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void> {
    this.#leases.drop(userId, leaseId, lingerMs, this.#due.run())
    this.#due.run()
  }

  async readPresence(viewerId: UserId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>> {
    this.#due.run()
    return this.#leases.read(viewerId, userIds)
  }

  async readStats(): Promise<EngineStats> {
    this.#due.run()
    return this.#tally.read()
  }

  async readOwnStats(userId: UserId): Promise<OwnStats> {
    this.#due.run()
    const own = { rooms: 0, messages: 0, bytesHeld: 0 }
    for (const { messages, bytes } of this.#people.get(userId)?.listed.after(null) ?? []) {
      own.rooms += 1
      own.messages += messages
      own.bytesHeld += bytes
    }
    return own
  }

  subscribe(subscriber: (publication: Publication) => void): () => void {
    return this.#publisher.subscribe(subscriber)
  }

  async stop(): Promise<void> {
    this.#due.stop()
    this.#publisher.stop()
    this.#rooms.clear()
    this.#endings.clear()
    this.#people.clear()
    this.#choices.clear()
    this.#tally.clear()
    this.#gone.clear()
  }

  #publishMove(member: Member, move: CursorMove | null): void {
    if (move === null) return
    const { room } = member
    this.#rooms.schedule(room)
    if (move.shown === null) {
      this.#publisher.publish([tell(member, { type: 'receipt.noted' })])
      return
    }
    raiseVersion(room)
    this.#publisher.publish(tellOfReceipt(member, move.shown))
  }

  /** Messages go at another time, because of what someone has done. */
  #publishKept(
    { room, id: byId }: Member,
    kept: readonly Entry[],
    reason: KeepReason,
    timeline: TimelineEvent | null,
  ): void {
    if (kept.length === 0) return
    this.#rooms.schedule(room)
    const told = tellOfMessages(room, kept, ({ version }, messages) => ({
      type: 'messages.kept',
      version,
      reason,
      byId,
      messages,
      timeline,
    }))
    this.#publisher.publish(told, kept.flatMap(keptNotices))
  }

  /** @throws ChatError `person_full`, `room_full` or `server_full` when a message of `bytes` would be too much */
  #refuseOver({ person, room }: Member, bytes: number, now: number): void {
    const { maxBytes, maxBytesPerPerson, roomMaxMessages } = this.#options
    if (person.bytesSent + bytes > maxBytesPerPerson) throw new ChatError('person_full')
    if (room.messages.size >= roomMaxMessages) throw new ChatError('room_full', room.messages.nextExpiry - now)
    const takesTooMuch = this.#slabs.bytes + bytes > this.#maxMemoryBytes
    if (takesTooMuch || this.#tally.bytesHeld + bytes > maxBytes) throw new ChatError('server_full')
  }
}

function sentNotices({ message: { image, expiresAt } }: Entry, told: readonly Told[]): ServerNotice[] {
  if (image === null) return []
  return [{ type: 'image.sent', imageId: image.id, viewerIds: told.map(({ userId }) => userId), expiresAt }]
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
