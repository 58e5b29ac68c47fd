import type { DissolveReason, EngineOptions, Message, RoomId, UserId } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { createDuty, type DueQueue } from './due-queue.js'
import type { EventStream } from './event-stream.js'
import type { Entry } from './message-list.js'
import type { People } from './people.js'
import { Room, type Side } from './room.js'
import { Seat } from './seat.js'
import type { Tally } from './tally.js'
import { forgetLastMatch } from './traces.js'

/** All rooms: their beginning, what becomes due in them, and their end. */
export class Rooms {
  readonly #byId = new Map<RoomId, Room>()
  #activity = 0

  constructor(
    private readonly people: People,
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
   * @throws ChatError `not_found`
   */
  enter(roomId: RoomId, userId: UserId): Side {
    const side = this.#byId.get(roomId)?.sideOf(userId)
    if (side === undefined) throw new ChatError('not_found')
    return side
  }

  /** Creates the room of two people who have none, and emits `room.opened`. */
  open(userId: UserId, otherId: UserId, now: number): Room {
    const opener = this.people.admit(userId)
    const other = this.people.admit(otherId)
    const duty = createDuty(dueNow => this.#attend(room, dueNow))
    const seats = [new Seat(opener, now), new Seat(other, 0)] as const
    const room: Room = new Room(seats, duty, now, this.nextActivity(), this.options.keepLonger ?? false)
    this.#byId.set(room.id, room)
    opener.rooms.set(other.id, room)
    other.rooms.set(opener.id, room)
    this.tally.rooms += 1
    this.schedule(room)
    this.events.tell({ type: 'room.opened', roomId: room.id, people: room.people, version: room.version })
    return room
  }

  /** A number greater than all before it: what a room is sorted by from now on. */
  nextActivity(): number {
    this.#activity += 1
    return this.#activity
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
    const [first, second] = room.seats
    first.person.rooms.delete(second.person.id)
    second.person.rooms.delete(first.person.id)
    this.people.release(first.person)
    this.people.release(second.person)
    const imageIds: string[] = []
    for (const entry of room.messages) {
      this.tally.remove(entry)
      if (entry.message.image !== null) imageIds.push(entry.message.image.id)
    }
    this.events.tell({ type: 'room.dissolved', roomId: room.id, people: room.people, reason, byId, imageIds })
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
      this.dissolve(room, 'away', null)
      return
    }
    const warned = expired.length === 0 ? room.messages.warn(now) : []
    this.schedule(room)
    if (expired.length > 0) this.#tellRemoved(room, expired)
    if (warned.length > 0) this.#tellExpiring(room, warned)
  }

  #tellExpiring(room: Room, messages: readonly Message[]): void {
    this.events.tell({ type: 'messages.expiring', roomId: room.id, people: room.people, messages })
  }

  #tellRemoved(room: Room, entries: readonly Entry[]): void {
    const messages = entries.map(({ message: { id, seq, image, expiresAt, isHeld, senderId } }) => ({
      id,
      seq,
      imageId: image?.id ?? null,
      expiresAt,
      ...(isHeld && { onlyFor: senderId }),
    }))
    this.events.tell({
      type: 'message.removed',
      roomId: room.id,
      people: room.people,
      version: room.version,
      messages,
    })
    forgetLastMatch()
  }
}
