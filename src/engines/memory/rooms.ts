import type { DissolveReason, EngineEvent, EngineOptions, Message, RoomId, UserId } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import type { Discretion } from './discretion.js'
import { createDuty, type DueQueue } from './due-queue.js'
import type { EventStream } from './event-stream.js'
import type { Entry } from './message-list.js'
import type { People } from './people.js'
import type { Person } from './person.js'
import { Room, type Side } from './room.js'
import { Seat } from './seat.js'
import type { Tally } from './tally.js'
import { forgetLastMatch } from './traces.js'

/** How many rooms a person may hold that they alone have opened and nobody has written in. */
const mostUnshared = 100

/** All rooms: their beginning, who is shown them, what becomes due in them, and their end. */
export class Rooms {
  readonly #byId = new Map<RoomId, Room>()

  constructor(
    private readonly people: People,
    private readonly discretion: Discretion,
    private readonly due: DueQueue,
    private readonly events: EventStream,
    private readonly tally: Tally,
    private readonly options: EngineOptions,
  ) {}

  /** The room of two people, or undefined. */
  find(userId: UserId, otherId: UserId): Room | undefined {
    return this.people.get(userId)?.rooms.get(otherId)
  }

  /**
   * A room from the side of one of its people.
   * @throws ChatError `not_found`, also for who has blocked the other
   */
  findSide(roomId: RoomId, userId: UserId): Side {
    const side = this.#byId.get(roomId)?.sideOf(userId)
    if (side === undefined || side.mine.sight !== null) throw new ChatError('not_found')
    return side
  }

  /**
   * The same, for somebody who does something in the room: they have opened it, and are active in it.
   * @throws ChatError `not_found`
   */
  enter(roomId: RoomId, userId: UserId, now: number): Side {
    const side = this.findSide(roomId, userId)
    const { room, mine, theirs } = side
    mine.activeAt = now
    if (mine.hasEntered) return side
    const wasShown = mine.isShown
    const met = this.introduce(room, () => {
      mine.hasEntered = true
      if (!wasShown) this.raise(side, now)
    })
    theirs.person.unshared.delete(room)
    this.schedule(room)
    if (!wasShown) this.tellOpened(side)
    this.events.tell(...met)
    return side
  }

  /** Creates the room of two people who have none. Nobody has entered it yet. */
  create(userId: UserId, otherId: UserId): Room {
    const opener = this.people.admit(userId)
    const other = this.people.admit(otherId)
    const duty = createDuty(dueNow => this.#attend(room, dueNow))
    const seats = [new Seat(opener), new Seat(other)] as const
    seats[1].sight = this.discretion.sightOf(other.id, opener.id)
    const room: Room = new Room(seats, duty, this.options.keepLonger ?? false)
    this.#byId.set(room.id, room)
    opener.rooms.set(other.id, room)
    other.rooms.set(opener.id, room)
    opener.unshared.add(room)
    this.tally.rooms += 1
    return room
  }

  /** Lets go of the oldest of the rooms that a person alone has opened, when they are too many. */
  boundUnshared({ unshared }: Person): void {
    const [oldest] = unshared
    if (oldest !== undefined && unshared.size > mostUnshared) this.dissolve(oldest, 'empty', null)
  }

  /** A room that is in a person's list, or undefined. */
  findListed(roomId: RoomId, userId: UserId): Side | undefined {
    const side = this.#byId.get(roomId)?.sideOf(userId)
    return side?.mine.isListed ? side : undefined
  }

  /** Sees to what a new message brings with it: it shows the room to those who may see it, at the top of their lists. */
  noteSent(room: Room, entry: Entry, now: number): void {
    for (const side of room.sides) {
      side.mine.person.unshared.delete(room)
      if (side.mine.sees(entry)) this.raise(side, now)
    }
    this.schedule(room)
  }

  /** Puts a room to the top of one person's list, in silence. It is shown to them from now on. */
  raise(side: Side, now: number): void {
    side.mine.isShown = true
    side.raisedAt = now
    side.mine.person.chats.raise(side)
  }

  /** Emits `room.opened` for one person, in whose list the room is from now on. */
  tellOpened({ room, mine }: Side): void {
    this.events.tell({ type: 'room.opened', ...room.toldTo(seat => seat === mine), version: room.version })
  }

  /**
   * Does something by which people may begin to see each other; the answer is what is still to be told to who begins to see
   * somebody who is here.
   */
  introduce(room: Room, change: () => void): EngineEvent[] {
    const strangers = room.sides.filter(side => !side.seesPresence)
    change()
    return strangers
      .filter(side => side.seesPresence && side.theirs.presence.isOnline)
      .map(({ mine, theirs: { presence } }) => {
        return { type: 'presence.changed', presence, audience: [mine.person.id] }
      })
  }

  /** Sees to it that a room is attended to when its next message expires or is warned of, or it may dissolve. */
  schedule(room: Room): void {
    const { nextExpiry, nextWarning } = room.messages
    this.due.by(room.duty, Math.min(nextExpiry, nextWarning, room.dissolvesAt(this.options.roomGraceMs)))
  }

  /** Erases a room for both and emits `room.dissolved`. */
  dissolve(room: Room, reason: DissolveReason, byId: UserId | null): void {
    this.due.drop(room.duty)
    this.#byId.delete(room.id)
    this.tally.rooms -= 1
    for (const side of room.sides) {
      const { person } = side.mine
      side.mine.leave()
      person.rooms.delete(side.theirs.person.id)
      person.chats.remove(side)
      person.unshared.delete(room)
      this.people.release(person)
    }
    const imageIds: string[] = []
    for (const entry of room.messages) {
      this.tally.remove(entry)
      if (entry.message.image !== null) imageIds.push(entry.message.image.id)
    }
    this.events.tell({ type: 'room.dissolved', ...room.toldOfEnd, reason, byId, imageIds })
    forgetLastMatch()
  }

  /** Takes a living message out of a room before its time and emits `message.removed`. */
  retract(room: Room, entry: Entry): void {
    room.retract(entry)
    this.tally.remove(entry)
    this.schedule(room)
    this.#tellRemoved(room, [entry])
  }

  /** Forgets all rooms, in silence. */
  clear(): void {
    this.#byId.clear()
  }

  /** One step a time: what is still due afterwards brings the room here again before anything else is done. */
  #attend(room: Room, now: number): void {
    const expired = room.expire(now)
    for (const entry of expired) this.tally.remove(entry)
    this.tally.expiredMessages += expired.length
    if (expired.length === 0 && room.dissolvesAt(this.options.roomGraceMs) <= now) {
      const isUnshared = room.seats.some(({ person }) => person.unshared.has(room))
      this.dissolve(room, isUnshared ? 'empty' : 'away', null)
      return
    }
    const warned = expired.length === 0 ? room.messages.warn(now) : []
    this.schedule(room)
    if (expired.length > 0) this.#tellRemoved(room, expired)
    if (warned.length > 0) this.#tellExpiring(room, warned)
  }

  #tellExpiring(room: Room, messages: readonly Message[]): void {
    this.events.tell({ type: 'messages.expiring', ...room.told, messages })
  }

  #tellRemoved(room: Room, entries: readonly Entry[]): void {
    const messages = entries.map(({ message: { id, seq, image, expiresAt, isHeld, senderId } }) => ({
      id,
      seq,
      imageId: image?.id ?? null,
      expiresAt,
      ...(isHeld && { onlyFor: senderId }),
    }))
    this.events.tell({ type: 'message.removed', ...room.toldOfEnd, version: room.version, messages })
    forgetLastMatch()
  }
}
