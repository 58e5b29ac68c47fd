// Long because all that is kept of a room's messages is kept and taken away here.
import { randomBytes } from 'node:crypto'
import {
  countBytes,
  type ImageRef,
  type Message,
  type MessageId,
  type RoomId,
  type SeqRange,
  type UserId,
} from '#src/chat/engine.js'
import { BlockRow, type Place } from './block-row.js'
import type { Life, Side, Stored } from './message-block.js'
import { hashNonce, NonceTable } from './nonce-table.js'
import type { Slabs } from './slabs.js'

/** A living message as it is when it is read. `bytes` is what it counts for at the cap. */
export interface Entry {
  /** Without its quote, which `messageFor` works out. */
  readonly message: Message
  /** The id of the message that it answers, which may be gone. Never the message itself: that would keep its text. */
  readonly answers: MessageId | null
  /** Whether it was sent to someone who had blocked the sender. */
  readonly isHeld: boolean
  readonly bytes: number
}

/** A message as it is given to a store, from which it gets its id. */
export type NewMessage = Omit<Message, 'id' | 'roomId' | 'replyTo'>

/** What only some messages have. */
interface Extras {
  readonly image: ImageRef | null
  readonly answers: MessageId | null
}

/**
 * The message that was read last: the events of one tell of it several times. One for all rooms, since what each room kept
 * until its next message would be garbage of the old generation. It goes when its message changes or goes, or its room.
 */
let latest: { readonly store: MessageStore; readonly entry: Entry } | null = null

/** One for all rooms, each of which looks there for its own messages alone. */
const nonces = new NonceTable()
let stores = 0

const noExtras: Extras = { image: null, answers: null }
const idBase = 36
const idDigits = 6
const zeros = '0'.repeat(idDigits)
const [zero, nine, letterA, letterZ] = [0x30, 0x39, 0x61, 0x7a]

/**
 * The living messages of one room, by `seq`: kept as bytes, and made into objects when they are read.
 *
 * - An id is random for the room and ends with the message's `seq`, so that no table of ids is needed.
 * - What is kept beside the bytes, `latest`, `#extras` and `nonces`, is of living messages alone: `forget` takes it too.
 */
export class MessageStore {
  protected readonly row: BlockRow
  /** Null while no message has any. */
  #extras: Map<number, Extras> | null = null
  readonly #idBegin = randomBytes(12).toString('base64url')
  readonly #number = nextNumber()

  /**
   * @param people the room's two people
   * @param slabs where the memory of all rooms comes from
   */
  constructor(
    private readonly roomId: RoomId,
    private readonly people: readonly [UserId, UserId],
    slabs?: Slabs,
  ) {
    this.row = new BlockRow(slabs)
  }

  /** How many messages live. */
  get size(): number {
    return this.row.size
  }

  /** The id of the message with this `seq`. */
  idOf(seq: number): MessageId {
    const digits = seq.toString(idBase)
    return this.#idBegin + zeros.slice(digits.length) + digits
  }

  /** A living message by its id. */
  get(id: MessageId): Entry | undefined {
    return id.startsWith(this.#idBegin) ? this.read(readSeq(id, this.#idBegin.length)) : undefined
  }

  /** A living message by its `seq`. */
  read(seq: number): Entry | undefined {
    if (latest?.store === this && latest.entry.message.seq === seq) return latest.entry
    const place = this.row.find(seq)
    return place && this.#readLatest(place)
  }

  /** The living message that someone sent with this nonce. */
  findSent(senderId: UserId, nonce: string): Entry | undefined {
    const isIt = (seq: number) => {
      const message = this.read(seq)?.message
      return message?.nonce === nonce && message.senderId === senderId
    }
    const seq = nonces.find(this.#hashOf(senderId, nonce), isIt)
    return seq === undefined ? undefined : this.read(seq)
  }

  /** The `seq` of the first message after `seq` that someone may know of, or of the other's among these; 0 for none. */
  after(seq: number, side: Side, isFromOther = false): number {
    return this.row.after(seq, side, isFromOther)
  }

  /** The `seq` of the last message before `seq` that someone may know of; 0 for none. */
  before(seq: number, side: Side): number {
    return this.row.before(seq, side)
  }

  /** How many messages after `seq` someone may know of. */
  countAfter(seq: number, side: Side): number {
    return this.row.countAfter(seq, side)
  }

  /** Which messages live up to `seq`, as the newest `most` ranges of those that someone may know of. */
  rangesUpTo(seq: number, side: Side, most: number): readonly SeqRange[] {
    return this.row.rangesUpTo(seq, side, most)
  }

  /** The messages of one of the two from one `seq` to another, oldest first; both ends are included. */
  sentBetween(senderId: UserId, from: number, to: number): Entry[] {
    return this.row.sentBetween(this.#sideOf(senderId), from, to).map(place => this.readAt(place))
  }

  /** The messages from one `seq` to another, oldest first; both ends are included. */
  *between(from: number, to: number): Generator<Entry> {
    for (const place of this.row.between(from, to)) yield this.readAt(place)
  }

  /** All living messages, oldest first. */
  [Symbol.iterator](): Generator<Entry> {
    return this.between(0, Number.POSITIVE_INFINITY)
  }

  /** Overwrites all messages. It is of no use any more. */
  clear(): void {
    for (const { message } of this) nonces.remove(this.#hashOf(message.senderId, message.nonce), message.seq)
    this.row.clear()
    this.#extras = null
    if (latest?.store === this) latest = null
  }

  /**
   * Lets go of the message that was stored last, once it was told of: its strings may be slices of a longer one (see
   * traces.ts), such as the frame that brought it.
   */
  letGoOfStored(): void {
    latest = null
  }

  protected store(message: NewMessage, warnsAt: number, isHeld: boolean, answers: MessageId | null): Entry {
    const { seq, nonce, senderId, image } = message
    if (image !== null || answers !== null) {
      this.#extras ??= new Map()
      this.#extras.set(seq, { image, answers })
    }
    const { text, sentAt, expiresAt, lifetimeMs, livesFrom, hasBegun, keptTimes } = message
    const sender = this.#sideOf(senderId)
    // In one literal: objects put together from others cost a multiple.
    const stored: Stored = {
      seq,
      nonce,
      text,
      sentAt,
      lifetimeMs,
      sender,
      isHeld,
      expiresAt,
      livesFrom,
      hasBegun,
      keptTimes,
      warnsAt,
    }
    this.row.append(stored)
    nonces.add(this.#hashOf(senderId, nonce), seq)
    return this.#noteLatest(this.#entryOf(stored, image, answers))
  }

  protected change(seq: number, life: Life): Entry | undefined {
    const place = this.row.find(seq)
    if (place === undefined) return undefined
    this.row.setLife(place, life)
    return this.#readLatest(place)
  }

  protected forget(place: Place): Entry {
    const entry = this.readAt(place)
    const { seq, nonce, senderId } = entry.message
    this.row.remove(place)
    nonces.remove(this.#hashOf(senderId, nonce), seq)
    this.#extras?.delete(seq)
    if (this.#extras?.size === 0) this.#extras = null
    if (latest?.store === this && latest.entry.message.seq === seq) latest = null
    return entry
  }

  protected readAt({ block, index }: Place): Entry {
    const stored = block.read(index)
    const { image, answers } = this.#extras?.get(stored.seq) ?? noExtras
    return this.#entryOf(stored, image, answers)
  }

  #entryOf(stored: Stored, image: ImageRef | null, answers: MessageId | null): Entry {
    // Not by spreading, which would take longer than all else.
    const message = {
      id: this.idOf(stored.seq),
      roomId: this.roomId,
      seq: stored.seq,
      senderId: this.people[stored.sender],
      nonce: stored.nonce,
      text: stored.text,
      image,
      replyTo: null,
      sentAt: stored.sentAt,
      expiresAt: stored.expiresAt,
      lifetimeMs: stored.lifetimeMs,
      livesFrom: stored.livesFrom,
      hasBegun: stored.hasBegun,
      keptTimes: stored.keptTimes,
    }
    return { message, answers, isHeld: stored.isHeld, bytes: countBytes(message) }
  }

  #readLatest(place: Place): Entry {
    return this.#noteLatest(this.readAt(place))
  }

  #noteLatest(entry: Entry): Entry {
    latest = { store: this, entry }
    return entry
  }

  #sideOf(userId: UserId): Side {
    return userId === this.people[0] ? 0 : 1
  }

  #hashOf(senderId: UserId, nonce: string): number {
    return hashNonce(nonce, 2 * this.#number + this.#sideOf(senderId))
  }
}

/** The `seq` at the end of an id, as `idOf` writes it; 0, which no message has, for anything else. */
function readSeq(id: MessageId, start: number): number {
  const digits = id.length - start
  if (digits < idDigits || (digits > idDigits && id.charCodeAt(start) === zero)) return 0
  let seq = 0
  for (let at = start; at < id.length; at += 1) {
    const unit = id.charCodeAt(at)
    if (unit >= zero && unit <= nine) seq = seq * idBase + unit - zero
    else if (unit >= letterA && unit <= letterZ) seq = seq * idBase + unit - letterA + 10
    else return 0
  }
  return seq
}

function nextNumber(): number {
  stores += 1
  return stores
}
