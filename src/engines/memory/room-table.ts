// Long because everything that begins, shows and ends a room is done here, each in one place.
import {
  type DissolveReason,
  type EngineOptions,
  type Message,
  type RoomId,
  type ServerNotice,
  type Told,
  totalsOf,
  type UserId,
  type VanishedTotals,
} from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { hearsOf, hearsOfEnds, knowsWhyEnded, mayUse } from '#src/chat/privacy.js'
import type { Publisher } from '#src/chat/publisher.js'
import { idAfter, isWarnedOf, knowsOf } from './counts.js'
import { createDuty, type DueQueue } from './due-queue.js'
import type { Endings } from './endings.js'
import type { GoneMessages } from './gone-messages.js'
import type { KnownPeople } from './known-people.js'
import type { Entry } from './message-store.js'
import { type Member, type Person, Room } from './model.js'
import { dissolvesAt, expire, noteReopened, retract } from './room-changes.js'
import type { Slabs } from './slabs.js'
import type { Tally } from './tally.js'
import { tell, watchWhoSees } from './telling.js'
import { forgetLastMatch } from './traces.js'
import { vanishedSince } from './vanished.js'

/** How many rooms a person may hold that they alone have opened and nobody has written in. */
const mostUnshared = 100

/** All rooms: how they begin, to whom they are shown, what becomes due in them, and how they end. */
export class RoomTable {
  readonly #byId = new Map<RoomId, Room>()

  constructor(
    private readonly people: KnownPeople,
    private readonly due: DueQueue,
    private readonly publisher: Publisher,
    private readonly tally: Tally,
    private readonly endings: Endings,
    private readonly gone: GoneMessages,
    private readonly options: EngineOptions & { readonly slabs?: Slabs },
  ) {}

  /** Someone in their room with another, or undefined. */
  findPair(userId: UserId, otherId: UserId): Member | undefined {
    return this.people.get(userId)?.rooms.get(otherId)?.member(userId)
  }

  /** A room, whoever may use it, or undefined. */
  read(roomId: RoomId): Room | undefined {
    return this.#byId.get(roomId)
  }

  /** Someone in a room that they may use, or undefined. */
  find(roomId: RoomId, userId: UserId): Member | undefined {
    const member = this.#byId.get(roomId)?.member(userId)
    return member !== undefined && mayUse(member) ? member : undefined
  }

  /**
   * Like `find`, but throws.
   * @throws ChatError `not_found`
   */
  get(roomId: RoomId, userId: UserId): Member {
    const member = this.find(roomId, userId)
    if (member === undefined) throw new ChatError('not_found')
    return member
  }

  /**
   * Like `get`, and marks the person as entered and active.
   * @throws ChatError `not_found`
   */
  enter(roomId: RoomId, userId: UserId, now: number): Member {
    const member = this.get(roomId, userId)
    member.activeAt = now
    if (member.hasEntered) return member
    const { room, isShown: wasShown } = member
    const tellWhoSees = watchWhoSees(room)
    member.hasEntered = true
    if (!wasShown) this.raise(member, now)
    member.other.person.unshared.delete(room)
    this.schedule(room)
    const opened = wasShown ? [] : [tell(member, { type: 'room.opened', version: member.version })]
    this.publisher.publish([...opened, ...tellWhoSees()])
    return member
  }

  /** Creates the room of two people who have none. Nobody has entered it yet. */
  create(userId: UserId, otherId: UserId, now: number): Room {
    const opener = this.people.admit(userId)
    const other = this.people.admit(otherId)
    const duty = createDuty(now => this.#attend(room, now))
    const { keepLonger = false, roomGraceMs, slabs } = this.options
    const room: Room = new Room(opener, other, duty, keepLonger, roomGraceMs > 0, slabs)
    this.#byId.set(room.id, room)
    opener.rooms.set(other.id, room)
    other.rooms.set(opener.id, room)
    opener.unshared.add(room)
    this.tally.rooms += 1
    const knowsOfEnd = (member: Member) => this.endings.has(member.id, member.other.id)
    noteReopened(room.members[0], this.options.messageTtlMs, now, knowsOfEnd)
    return room
  }

  /** Dissolves the oldest of the rooms that a person alone has opened, if they are too many. */
  boundUnshared({ unshared }: Person, now: number): void {
    const [oldest] = unshared
    if (oldest !== undefined && unshared.size > mostUnshared) this.dissolve(oldest, 'empty', null, now)
  }

  /** Shows a room with a new message to those who may know of the message, at the top of their lists. */
  noteSent(room: Room, entry: Entry, now: number): void {
    for (const member of room.members) {
      member.person.unshared.delete(room)
      if (knowsOf(member, entry)) this.raise(member, now)
    }
    this.schedule(room)
  }

  /** Puts a room at the top of someone's list. It is shown to them from now on. */
  raise(member: Member, now: number): void {
    if (!member.isShown) this.endings.drop(member.id, member.other.id)
    member.isShown = true
    member.raisedAt = now
    member.person.listed.raise(member)
  }

  /** Sees to a room when its next message or event expires or is to be warned of, or when it may dissolve. */
  schedule(room: Room): void {
    const { messages, timeline } = room
    const nextExpiry = Math.min(messages.nextExpiry, timeline.nextExpiry)
    this.due.by(room.duty, Math.min(nextExpiry, messages.nextWarning, dissolvesAt(room, this.options.roomGraceMs)))
  }

  /** Erases a room for both, says so, and remembers why. */
  dissolve(room: Room, reason: DissolveReason, byId: UserId | null, now: number): void {
    this.due.drop(room.duty)
    this.#byId.delete(room.id)
    this.tally.rooms -= 1
    for (const member of room.members) {
      const { person } = member
      person.bytesSent -= member.bytesSent
      person.rooms.delete(member.other.id)
      person.listed.remove(member)
      person.unshared.delete(room)
      this.people.release(person)
      if (reason === 'empty' || !knowsWhyEnded(member)) continue
      this.endings.add(member.id, { roomId: room.id, otherId: member.other.id, reason, byId }, now)
    }
    for (const entry of room.messages) this.tally.remove(entry)
    room.messages.clear()
    this.gone.forgetRoom(room)
    const told = room.members.filter(hearsOfEnds).map(member => {
      const why = knowsWhyEnded(member) ? { reason, byId } : { reason: null, byId: null }
      return tell(member, { type: 'room.dissolved', ...why })
    })
    this.publisher.publish(told, [{ type: 'room.dissolved', roomId: room.id }])
    forgetLastMatch()
  }

  /** Takes a living message out of a room before its time, and says so. */
  retract(room: Room, entry: Entry, now: number): void {
    retract(room, entry)
    this.#noteGone(room, entry, now)
    this.schedule(room)
    this.#publishRemoved(room, [entry], null)
  }

  /** Forgets all rooms without a word. */
  clear(): void {
    for (const { messages } of this.#byId.values()) messages.clear()
    this.#byId.clear()
  }

  /** Does one due step and reschedules the room, so that what is due in other rooms keeps its order. */
  #attend(room: Room, now: number): void {
    const [first, second] = room.members
    const before = [totalsOf(first.vanished), totalsOf(second.vanished)] as const
    const expired = expire(room, now)
    for (const entry of expired) this.#noteGone(room, entry, now)
    this.tally.expiredMessages += expired.length
    room.timeline.expire(now)
    if (expired.length === 0 && dissolvesAt(room, this.options.roomGraceMs) <= now) {
      const isUnshared = room.members.some(({ person }) => person.unshared.has(room))
      this.dissolve(room, isUnshared ? 'empty' : 'away', null, now)
      return
    }
    const warned = expired.length === 0 ? room.messages.warn(now) : []
    this.schedule(room)
    if (expired.length > 0) this.#publishRemoved(room, expired, before)
    this.#publishExpiring(room, warned)
  }

  #noteGone(room: Room, entry: Entry, now: number): void {
    this.tally.remove(entry)
    const sender = room.member(entry.message.senderId)
    if (sender !== undefined) this.gone.add(sender, entry.message, now)
  }

  #publishExpiring(room: Room, warned: readonly Entry[]): void {
    if (warned.length === 0) return
    const told = room.members.filter(hearsOf).flatMap(member => {
      const messages = warned.filter(entry => isWarnedOf(member, entry)).map(({ message }) => message)
      return messages.length > 0 ? tell(member, { type: 'messages.expiring', messages }) : []
    })
    this.publisher.publish(told)
  }

  /** @param before how many messages had vanished for each of the two before these; null where none of them has */
  #publishRemoved(
    room: Room,
    removed: readonly Entry[],
    before: readonly [VanishedTotals, VanishedTotals] | null,
  ): void {
    const told: Told[] = []
    for (const member of room.members) {
      if (!hearsOfEnds(member)) continue
      const messages: Pick<Message, 'id' | 'seq'>[] = []
      for (const entry of removed) {
        if (knowsOf(member, entry)) messages.push({ id: entry.message.id, seq: entry.message.seq })
      }
      if (messages.length === 0) continue
      const nextId = idAfter(member, messages.at(-1)?.seq ?? 0)
      const vanishedOf = before === null ? [] : vanishedSince(member, before[member.side])
      told.push(tell(member, { type: 'message.removed', version: member.version, messages, vanishedOf, nextId }))
    }
    this.publisher.publish(told, [noticeOf(removed)])
    forgetLastMatch()
  }
}

function noticeOf(removed: readonly Entry[]): ServerNotice {
  // Not Math.min(...): a room may lose more messages at once than a call takes arguments.
  const expiresAt = removed.reduce((least, { message }) => Math.min(least, message.expiresAt), Number.POSITIVE_INFINITY)
  return { type: 'messages.removed', imageIds: removed.flatMap(({ message }) => message.image?.id ?? []), expiresAt }
}
