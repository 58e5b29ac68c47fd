import { randomBytes } from 'node:crypto'
import {
  type ChosenLifetime,
  type CursorKind,
  countBytes,
  type Draft,
  type EngineEvent,
  type Message,
  type RoomSummary,
  type RoomView,
  type UserId,
  type WindowAsk,
} from '#src/chat/engine.js'
import type { Duty } from './due-queue.js'
import { type Entry, MessageList } from './message-list.js'
import { cutWindow } from './message-window.js'
import type { Seat } from './seat.js'
import { ownCopy } from './traces.js'

type RoomEventBase = Pick<Exclude<EngineEvent, { type: 'presence.changed' }>, 'roomId' | 'people' | 'audience'>

/** What counts as the grace period where it is 0, which lets no room go in which a message lives. */
const shortestGraceMs = 300_000

/** A room from the side of one of its people, and its place in their list of chats. */
export class Side {
  /** When the room was last put to the top of the list, in ms of `Clock.now()`. */
  raisedAt = 0
  previous: Side | null = null
  next: Side | null = null

  constructor(
    readonly room: Room,
    readonly mine: Seat,
    readonly theirs: Seat,
  ) {}

  /** Whether this person may see if the other is here. */
  get seesPresence(): boolean {
    return this.mine.hears && this.theirs.hasEntered
  }
}

/** A room: two seats and the messages between them. It tells nobody of its changes; `Rooms` does. */
export class Room {
  readonly id = randomBytes(16).toString('base64url')
  readonly epoch = randomBytes(6).toString('base64url')
  readonly people: readonly [UserId, UserId]
  readonly messages: MessageList
  readonly sides: readonly [Side, Side]
  version = 1
  lifetime: ChosenLifetime | null = null
  #seq = 0

  /** @param keepLonger whether its messages may be kept beyond their time */
  constructor(
    readonly seats: readonly [Seat, Seat],
    readonly duty: Duty,
    keepLonger: boolean,
  ) {
    const [first, second] = seats
    this.messages = new MessageList(keepLonger)
    this.people = [first.person.id, second.person.id]
    this.sides = [new Side(this, first, second), new Side(this, second, first)]
  }

  /** The room from the side of one of its people; undefined for anyone else. */
  sideOf(userId: UserId): Side | undefined {
    return this.sides.find(({ mine }) => mine.person.id === userId)
  }

  /** What every event of the room holds; without `audience` both of its people may hear it. */
  toldTo(mayHear: (seat: Seat) => boolean): RoomEventBase {
    const hearers = this.seats.filter(mayHear)
    const base = { roomId: this.id, people: this.people }
    return hearers.length === 2 ? base : { ...base, audience: hearers.map(({ person }) => person.id) }
  }

  /** The same of what happens while it lasts. */
  get told(): RoomEventBase {
    return this.toldTo(({ hears }) => hears)
  }

  /** The same of what ends: a page of who has blocked the other since may show it yet, and must not keep it. */
  get toldOfEnd(): RoomEventBase {
    return this.toldTo(({ isShown }) => isShown)
  }

  /** Adds a message. */
  post(sender: Seat, draft: Draft, isHeld: boolean, now: number): Entry {
    this.#seq += 1
    this.version += 1
    const image = draft.image
    const message: Message = {
      id: randomBytes(16).toString('base64url'),
      roomId: this.id,
      seq: this.#seq,
      senderId: sender.person.id,
      nonce: ownCopy(draft.nonce),
      text: ownCopy(draft.text),
      image: image && { ...image, id: ownCopy(image.id), alt: ownCopy(image.alt) },
      sentAt: now,
      expiresAt: now + draft.lifetimeMs,
      lifetimeMs: draft.lifetimeMs,
      keptTimes: 0,
      ...(isHeld && { isHeld: true }),
    }
    const entry = this.messages.append(message, countBytes(draft))
    for (const seat of this.seats) seat.add(entry)
    return entry
  }

  /** Moves a cursor up to a living message, as `Seat.advance` does; false when that changes nothing. */
  advance(seat: Seat, kind: CursorKind, entry: Entry, isShown: boolean): readonly Message[] | false {
    const changed = seat.advance(kind, entry, isShown)
    if (changed !== false && isShown) this.version += 1
    return changed
  }

  /** Chooses how long messages live from now on; false when that changes nothing. */
  setLifetime(lifetimeMs: number, byId: UserId): boolean {
    if (this.lifetime?.lifetimeMs === lifetimeMs) return false
    this.lifetime = { lifetimeMs, byId, sinceSeq: this.#seq }
    this.version += 1
    return true
  }

  /** Keeps the messages that were warned of for as long again, and answers which. */
  keepLonger(): readonly Message[] {
    const kept = this.messages.keepWarned()
    if (kept.length > 0) this.version += 1
    return kept
  }

  /** Takes out a living message before its time. */
  retract(entry: Entry): void {
    this.messages.remove(entry)
    for (const seat of this.seats) seat.remove(entry)
    this.version += 1
  }

  /** Takes out the messages whose time has come, in the order of `seq`. */
  expire(now: number): readonly Entry[] {
    const expired: Entry[] = []
    for (let entry = this.messages.takeDue(now); entry !== undefined; entry = this.messages.takeDue(now)) {
      for (const seat of this.seats) seat.remove(entry)
      expired.push(entry)
    }
    if (expired.length > 0) this.version += 1
    return expired.sort((a, b) => a.message.seq - b.message.seq)
  }

  /**
   * When the room dissolves if nothing more happens, in ms of `Clock.now()`: Infinity while someone is here, or while
   * what its messages need to be seen or to expire keeps it. To whom it is not shown, they have never been here.
   */
  dissolvesAt(graceMs: number): number {
    const isKept = graceMs === 0 ? this.messages.size > 0 : this.seats.some(seat => seat.unread + seat.held > 0)
    if (isKept) return Number.POSITIVE_INFINITY
    const awayAt = this.seats.map(seat => (seat.isShown ? seat.awayAt(graceMs || shortestGraceMs) : 0))
    return Math.max(...awayAt)
  }
}

/** The room as the person on that side sees it. */
export function viewRoom({ room, mine, theirs }: Side, ask: WindowAsk): RoomView {
  return {
    id: room.id,
    epoch: room.epoch,
    version: room.version,
    otherId: theirs.person.id,
    mine: mine.cursors,
    theirs: theirs.shown,
    ...cutWindow(room.messages, mine, ask),
    lifetime: room.lifetime,
  }
}

/** The room as a line in that person's list. */
export function summarise({ room, mine, theirs, raisedAt }: Side): RoomSummary {
  return {
    id: room.id,
    otherId: theirs.person.id,
    unread: mine.unread,
    lastMessage: room.messages.lastFor(mine.person.id),
    mine: mine.cursors,
    theirs: theirs.shown,
    activeAt: raisedAt,
    lifetimeMs: room.lifetime?.lifetimeMs ?? null,
  }
}
