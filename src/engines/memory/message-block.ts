// Long because where each byte of a record lies is known here alone.
import type { Message } from '#src/chat/engine.js'
import { mayKnowOf } from '#src/chat/privacy.js'
import type { HeapEntry } from './heap.js'

/** Which of a room's two people: the first or the second of its members. */
export type Side = 0 | 1

/** What may change of a message. `warnsAt`: when its warning is due, in ms of `Clock.now()`; Infinity when none is. */
export interface Life extends Pick<Message, 'expiresAt' | 'livesFrom' | 'hasBegun' | 'keptTimes'> {
  readonly warnsAt: number
}

/** A message as a block keeps it. `isHeld`: whether it was sent to someone who had blocked the sender. */
export interface Stored extends Pick<Message, 'seq' | 'nonce' | 'text' | 'sentAt' | 'lifetimeMs'>, Life {
  readonly sender: Side
  readonly isHeld: boolean
}

/** A block among others, by when something in it is due. */
interface DueBlock extends HeapEntry {
  readonly block: MessageBlock
}

/** Where each part of a record begins, in bytes. After the head come the nonce and the text. */
const at = {
  ...{ seq: 0, nonceBytes: 4, textBytes: 8, sentAt: 12, expiresAt: 20, lifetimeMs: 28, warnsAt: 36 },
  ...{ flags: 44, keptTimes: 45 },
}
const headBytes = 46
const flag = { bySecond: 1, isHeld: 2, isWide: 4, isWaiting: 8, livesFromSeen: 16 }

/**
 * Some messages of a room, by `seq`, as bytes outside the heap of V8: there a message takes a fifth of what objects take, costs
 * the collection of garbage nothing, and can be overwritten the moment it goes.
 *
 * - Its memory never grows nor moves, so that no copy of a text is left anywhere, and the space of what is gone is zeros.
 * - `#starts` says where the records of the living messages begin, in the order of `seq`.
 * - `nextExpiry` and `nextWarning` are the least of all records; `countFor` counts all that one of the two may know of.
 */
export class MessageBlock {
  /** When the first of its messages expires, in ms of `Clock.now()`. */
  nextExpiry = Number.POSITIVE_INFINITY
  /** When the first warning of one of its messages is due, in ms of `Clock.now()`. */
  nextWarning = Number.POSITIVE_INFINITY
  /** Its places among other blocks. */
  readonly expiry: DueBlock = { block: this, dueAt: 0, place: -1 }
  readonly warning: DueBlock = { block: this, dueAt: 0, place: -1 }
  readonly #starts: number[] = []
  readonly #known: [number, number] = [0, 0]
  readonly #bytes: Buffer
  readonly #view: DataView
  #used = 0
  #living = 0

  /** @param bytes its memory, empty; it holds the records, together with the space of those that are gone */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** How many messages it holds. */
  get size(): number {
    return this.#starts.length
  }

  /** How many bytes its memory takes. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** How many bytes its messages take. */
  get bytes(): number {
    return this.#living
  }

  /** Whether more than half of what was written into it is gone. */
  get isSparse(): boolean {
    return this.#used > 2 * this.#living
  }

  get firstSeq(): number {
    return this.seqAt(0)
  }

  get lastSeq(): number {
    return this.seqAt(this.size - 1)
  }

  /** How many of its messages one of the two may know of. */
  countFor(side: Side): number {
    return this.#known[side]
  }

  /** The index of the first message with at least this `seq`; `size` when there is none. */
  indexFrom(seq: number): number {
    let [from, to] = [0, this.size]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.seqAt(middle) < seq) from = middle + 1
      else to = middle
    }
    return from
  }

  seqAt(index: number): number {
    return this.#view.getUint32(this.#start(index) + at.seq)
  }

  expiresAtOf(index: number): number {
    return this.#view.getFloat64(this.#start(index) + at.expiresAt)
  }

  warnsAtOf(index: number): number {
    return this.#view.getFloat64(this.#start(index) + at.warnsAt)
  }

  senderAt(index: number): Side {
    return this.#flagsAt(index) & flag.bySecond ? 1 : 0
  }

  /** Whether the life of a message begins only when it is seen. */
  isWaiting(index: number): boolean {
    return (this.#flagsAt(index) & flag.isWaiting) !== 0
  }

  /** Whether one of the two may know of a message. */
  isKnownTo(side: Side, index: number): boolean {
    return mayKnowOf(side, this.senderAt(index), (this.#flagsAt(index) & flag.isHeld) !== 0)
  }

  /** A message, in strings of its own. */
  read(index: number): Stored {
    const start = this.#start(index)
    const flags = this.#flagsAt(index)
    const textStart = start + headBytes + this.#view.getUint32(start + at.nonceBytes)
    const encoding = flags & flag.isWide ? 'utf16le' : 'latin1'
    return {
      seq: this.seqAt(index),
      sender: this.senderAt(index),
      isHeld: (flags & flag.isHeld) !== 0,
      nonce: this.#bytes.toString(encoding, start + headBytes, textStart),
      text: this.#bytes.toString(encoding, textStart, textStart + this.#view.getUint32(start + at.textBytes)),
      sentAt: this.#view.getFloat64(start + at.sentAt),
      expiresAt: this.expiresAtOf(index),
      lifetimeMs: this.#view.getFloat64(start + at.lifetimeMs),
      livesFrom: flags & flag.livesFromSeen ? 'seen' : 'sent',
      hasBegun: (flags & flag.isWaiting) === 0,
      keptTimes: this.#view.getUint8(start + at.keptTimes),
      warnsAt: this.warnsAtOf(index),
    }
  }

  /** Adds a message newer than all in it, if there is space for it. */
  append(stored: Stored): boolean {
    const { seq, nonce, text, sender, isHeld } = stored
    const isWide = needsWide(stored)
    const length = lengthOf(stored)
    const start = this.#used
    if (start + length > this.capacity) return false
    const encoding = isWide ? 'utf16le' : 'latin1'
    const textStart = start + headBytes + this.#bytes.write(nonce, start + headBytes, encoding)
    this.#bytes.write(text, textStart, encoding)
    this.#view.setUint32(start + at.seq, seq)
    this.#view.setUint32(start + at.nonceBytes, textStart - start - headBytes)
    this.#view.setUint32(start + at.textBytes, start + length - textStart)
    this.#view.setFloat64(start + at.sentAt, stored.sentAt)
    this.#view.setFloat64(start + at.lifetimeMs, stored.lifetimeMs)
    const flags = (sender === 1 ? flag.bySecond : 0) | (isHeld ? flag.isHeld : 0) | (isWide ? flag.isWide : 0)
    this.#view.setUint8(start + at.flags, flags)
    this.#admit(length)
    this.setLife(this.size - 1, stored)
    return true
  }

  /** A message has another life from now on. */
  setLife(index: number, { expiresAt, livesFrom, hasBegun, keptTimes, warnsAt }: Life): void {
    const start = this.#start(index)
    const isLater = this.expiresAtOf(index) === this.nextExpiry || this.warnsAtOf(index) === this.nextWarning
    const kept = this.#flagsAt(index) & ~(flag.isWaiting | flag.livesFromSeen)
    const flags = kept | (hasBegun ? 0 : flag.isWaiting) | (livesFrom === 'seen' ? flag.livesFromSeen : 0)
    this.#view.setUint8(start + at.flags, flags)
    this.#view.setUint8(start + at.keptTimes, keptTimes)
    this.#view.setFloat64(start + at.expiresAt, expiresAt)
    this.#view.setFloat64(start + at.warnsAt, warnsAt)
    if (isLater) this.#findNext()
    this.nextExpiry = Math.min(this.nextExpiry, expiresAt)
    this.nextWarning = Math.min(this.nextWarning, warnsAt)
  }

  /** Takes a message out and overwrites it. */
  remove(index: number): void {
    const start = this.#start(index)
    const length = this.#lengthAt(start)
    const isNext = this.expiresAtOf(index) === this.nextExpiry || this.warnsAtOf(index) === this.nextWarning
    for (const side of [0, 1] as const) if (this.isKnownTo(side, index)) this.#known[side] -= 1
    this.#starts.splice(index, 1)
    this.#living -= length
    this.#bytes.fill(0, start, start + length)
    if (isNext) this.#findNext()
  }

  /** Overwrites all. It is of no use any more. */
  clear(): void {
    this.#bytes.fill(0)
  }

  /** Moves in all messages of another block, which are newer than all in this one and for which there is space. */
  absorb(other: MessageBlock): void {
    for (const from of other.#starts) {
      const length = other.#lengthAt(from)
      other.#bytes.copy(this.#bytes, this.#used, from, from + length)
      this.#admit(length)
    }
    other.clear()
    this.nextExpiry = Math.min(this.nextExpiry, other.nextExpiry)
    this.nextWarning = Math.min(this.nextWarning, other.nextWarning)
  }

  #start(index: number): number {
    return this.#starts[index] ?? this.#used
  }

  #flagsAt(index: number): number {
    return this.#view.getUint8(this.#start(index) + at.flags)
  }

  #lengthAt(start: number): number {
    return headBytes + this.#view.getUint32(start + at.nonceBytes) + this.#view.getUint32(start + at.textBytes)
  }

  /** Counts a record that was written at the end. */
  #admit(length: number): void {
    const index = this.#starts.push(this.#used) - 1
    this.#used += length
    this.#living += length
    for (const side of [0, 1] as const) if (this.isKnownTo(side, index)) this.#known[side] += 1
  }

  #findNext(): void {
    this.nextExpiry = Number.POSITIVE_INFINITY
    this.nextWarning = Number.POSITIVE_INFINITY
    for (let index = 0; index < this.size; index += 1) {
      this.nextExpiry = Math.min(this.nextExpiry, this.expiresAtOf(index))
      this.nextWarning = Math.min(this.nextWarning, this.warnsAtOf(index))
    }
  }
}

/** How many bytes a message takes in a block. */
export function lengthOf(message: Pick<Message, 'nonce' | 'text'>): number {
  return headBytes + (needsWide(message) ? 2 : 1) * (message.nonce.length + message.text.length)
}

/** Whether its text is not of ASCII alone, for which a byte a letter would do. */
function needsWide({ nonce, text }: Pick<Message, 'nonce' | 'text'>): boolean {
  return Buffer.byteLength(nonce) > nonce.length || Buffer.byteLength(text) > text.length
}
