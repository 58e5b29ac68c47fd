import { randomBytes } from 'node:crypto'
import {
  type ChosenLifetime,
  type CursorKind,
  countBytes,
  type Draft,
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

/** With a grace period of 0, how long reading, opening or sending without a lease still counts as being here. */
const GLANCE_MS = 5_000

/** A room from the side of one of its people. */
export interface Side {
  readonly room: Room
  readonly mine: Seat
  readonly theirs: Seat
}

/** A room: two seats and the messages between them. It tells nobody of its changes; `Rooms` does. */
export class Room {
  readonly id = randomBytes(16).toString('base64url')
  readonly epoch = randomBytes(6).toString('base64url')
  readonly people: readonly [UserId, UserId]
  readonly messages: MessageList
  version = 1
  lifetime: ChosenLifetime | null = null
  #seq = 0

  /**
   * @param activeAt when the room was opened or last written to, in ms of `Clock.now()`
   * @param activity grows from one such moment to the next anywhere, so that a list of rooms can be sorted by it
   * @param keepLonger whether its messages may be kept beyond their time
   */
  constructor(
    readonly seats: readonly [Seat, Seat],
    readonly duty: Duty,
    public activeAt: number,
    public activity: number,
    keepLonger: boolean,
  ) {
    this.messages = new MessageList(keepLonger)
    this.people = [seats[0].person.id, seats[1].person.id]
  }

  /** The room from the side of one of its people; undefined for anyone else. */
  sideOf(userId: UserId): Side | undefined {
    const [first, second] = this.seats
    if (first.person.id === userId) return { room: this, mine: first, theirs: second }
    if (second.person.id === userId) return { room: this, mine: second, theirs: first }
    return undefined
  }

  /** Adds a message. */
  post(sender: Seat, draft: Draft, now: number): Entry {
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
      ...(draft.isHeld && { isHeld: true }),
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
   * what its messages need to be seen or to expire keeps it.
   */
  dissolvesAt(graceMs: number): number {
    const isKept = graceMs === 0 ? this.messages.size > 0 : this.seats.some(seat => seat.unread + seat.held > 0)
    if (isKept || this.seats.some(seat => seat.person.isOnline)) return Number.POSITIVE_INFINITY
    const glanceMs = graceMs === 0 ? GLANCE_MS : graceMs
    return Math.max(...this.seats.map(seat => Math.max(seat.activeAt + glanceMs, seat.person.lastHeldAt + graceMs)))
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
export function summarise({ room, mine, theirs }: Side): RoomSummary {
  return {
    id: room.id,
    otherId: theirs.person.id,
    unread: mine.unread,
    lastMessage: room.messages.lastFor(mine.person.id),
    mine: mine.cursors,
    theirs: theirs.shown,
    activeAt: room.activeAt,
    lifetimeMs: room.lifetime?.lifetimeMs ?? null,
  }
}
