// Long because where each byte of a record lies is known here alone.
import type { Message } from '#src/chat/engine.js'
import { mayKnowOf } from '#src/chat/privacy.js'
import { noSpan, type Slabs, type Span } from './slabs.js'

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

/** Where each part of a record begins, in bytes. After the head come the nonce and the text. */
const at = { nonceBytes: 0, textBytes: 4, sentAt: 8, lifetimeMs: 16, keptTimes: 24 }
const headBytes = 25
/** The same of a message's place in the index, of which `start` says where the record begins. */
const inIndex = { start: 0, seq: 2, expiresAt: 6, warnsAt: 14, flags: 22 }
const indexBytes = 23
const flag = { bySecond: 1, isHeld: 2, isWide: 4, isWaiting: 8, livesFromSeen: 16 }

/**
 * Some messages of a room, by `seq`, as bytes outside the heap of V8: there a message takes a fifth of what objects take, costs
 * the collection of garbage nothing, and can be overwritten the moment it goes.
 *
 * - Its memory never grows nor moves, so that no copy of a text is left anywhere, and the space of what is gone is zeros.
 * - Records lie one after the other. From the end on backwards is the index of the living messages, in the order of `seq`:
 *   where their records begin, counted from the block's own beginning, and what messages are looked for by. It lies close
 *   together, since in a large server none of it is in the processor's cache.
 * - `nextExpiry` and `nextWarning` are the least of all records; `countFor` counts all that one of the two may know of.
 */
export class MessageBlock {
  /** When the first of its messages expires, in ms of `Clock.now()`. */
  nextExpiry = Number.POSITIVE_INFINITY
  /** When the first warning of one of its messages is due, in ms of `Clock.now()`. */
  nextWarning = Number.POSITIVE_INFINITY
  #span: Span
  #size = 0
  #used = 0
  #living = 0
  /** How many messages each of the two may know of. */
  #knownToFirst = 0
  #knownToSecond = 0

  /** @param span its memory, all 0; it holds the records, together with the space of those that are gone */
  constructor(span: Span) {
    this.#span = span
  }

  /** How many messages it holds. */
  get size(): number {
    return this.#size
  }

  /** How many bytes its memory takes. */
  get capacity(): number {
    return this.#span.length
  }

  /** How many bytes its messages take. */
  get bytes(): number {
    return this.#living + indexBytes * this.#size
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
    return side === 0 ? this.#knownToFirst : this.#knownToSecond
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
    return this.#span.view.getUint32(this.#placeOf(index) + inIndex.seq)
  }

  expiresAtOf(index: number): number {
    return this.#span.view.getFloat64(this.#placeOf(index) + inIndex.expiresAt)
  }

  warnsAtOf(index: number): number {
    return this.#span.view.getFloat64(this.#placeOf(index) + inIndex.warnsAt)
  }

  /** The index of the first message that expires at this time; there has to be one. */
  indexOfExpiry(expiresAt: number): number {
    let index = 0
    while (this.expiresAtOf(index) !== expiresAt) index += 1
    return index
  }

  /** The index of the first message whose warning is due at this time; there has to be one. */
  indexOfWarning(warnsAt: number): number {
    let index = 0
    while (this.warnsAtOf(index) !== warnsAt) index += 1
    return index
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
    const textStart = start + headBytes + this.#span.view.getUint32(start + at.nonceBytes)
    const encoding = flags & flag.isWide ? 'utf16le' : 'latin1'
    return {
      seq: this.seqAt(index),
      sender: this.senderAt(index),
      isHeld: (flags & flag.isHeld) !== 0,
      nonce: this.#span.bytes.toString(encoding, start + headBytes, textStart),
      text: this.#span.bytes.toString(encoding, textStart, textStart + this.#span.view.getUint32(start + at.textBytes)),
      sentAt: this.#span.view.getFloat64(start + at.sentAt),
      expiresAt: this.expiresAtOf(index),
      lifetimeMs: this.#span.view.getFloat64(start + at.lifetimeMs),
      livesFrom: flags & flag.livesFromSeen ? 'seen' : 'sent',
      hasBegun: (flags & flag.isWaiting) === 0,
      keptTimes: this.#span.view.getUint8(start + at.keptTimes),
      warnsAt: this.warnsAtOf(index),
    }
  }

  /** Adds a message newer than all in it, if there is space for it. */
  append(stored: Stored): boolean {
    const { seq, nonce, text, sender, isHeld } = stored
    const isWide = needsWide(stored)
    const length = lengthOf(stored) - indexBytes
    if (this.#used + length + indexBytes * (this.size + 1) > this.capacity) return false
    const start = this.#span.start + this.#used
    const encoding = isWide ? 'utf16le' : 'latin1'
    const textStart = start + headBytes + this.#span.bytes.write(nonce, start + headBytes, encoding)
    this.#span.bytes.write(text, textStart, encoding)
    this.#span.view.setUint32(start + at.nonceBytes, textStart - start - headBytes)
    this.#span.view.setUint32(start + at.textBytes, start + length - textStart)
    this.#span.view.setFloat64(start + at.sentAt, stored.sentAt)
    this.#span.view.setFloat64(start + at.lifetimeMs, stored.lifetimeMs)
    this.#size += 1
    const place = this.#placeOf(this.#size - 1)
    this.#span.view.setUint16(place + inIndex.start, this.#used)
    this.#span.view.setUint32(place + inIndex.seq, seq)
    const flags = (sender === 1 ? flag.bySecond : 0) | (isHeld ? flag.isHeld : 0) | (isWide ? flag.isWide : 0)
    this.#span.view.setUint8(place + inIndex.flags, flags)
    this.#used += length
    this.#living += length
    this.#count(this.#size - 1, 1)
    this.setLife(this.#size - 1, stored)
    return true
  }

  /** A message has another life from now on. */
  setLife(index: number, { expiresAt, livesFrom, hasBegun, keptTimes, warnsAt }: Life): void {
    const place = this.#placeOf(index)
    const isLater = this.expiresAtOf(index) === this.nextExpiry || this.warnsAtOf(index) === this.nextWarning
    const kept = this.#flagsAt(index) & ~(flag.isWaiting | flag.livesFromSeen)
    const flags = kept | (hasBegun ? 0 : flag.isWaiting) | (livesFrom === 'seen' ? flag.livesFromSeen : 0)
    this.#span.view.setUint8(place + inIndex.flags, flags)
    this.#span.view.setFloat64(place + inIndex.expiresAt, expiresAt)
    this.#span.view.setFloat64(place + inIndex.warnsAt, warnsAt)
    this.#span.view.setUint8(this.#start(index) + at.keptTimes, keptTimes)
    if (isLater) this.#findNext()
    this.nextExpiry = Math.min(this.nextExpiry, expiresAt)
    this.nextWarning = Math.min(this.nextWarning, warnsAt)
  }

  /** Takes a message out and overwrites it. */
  remove(index: number): void {
    const start = this.#start(index)
    const length = this.#lengthAt(start)
    const isNext = this.expiresAtOf(index) === this.nextExpiry || this.warnsAtOf(index) === this.nextWarning
    this.#count(index, -1)
    this.#span.bytes.fill(0, start, start + length)
    const last = this.#placeOf(this.size - 1)
    this.#span.bytes.copyWithin(last + indexBytes, last, this.#placeOf(index))
    this.#span.bytes.fill(0, last, last + indexBytes)
    this.#size -= 1
    this.#living -= length
    if (isNext) this.#findNext()
  }

  /** Gives its memory back, overwritten. It is of no use any more: whatever reads from it throws. */
  release(slabs: Slabs): void {
    slabs.release(this.#span)
    this.#span = noSpan
  }

  /** Copies all messages of another block, which are newer than all in this one and for which there is space. */
  absorb(other: MessageBlock): void {
    if (other.size === 0) return
    const before = this.#size
    this.#size += other.size
    const indexEnd = other.#placeOf(0) + indexBytes
    other.#span.bytes.copy(this.#span.bytes, this.#placeOf(this.#size - 1), other.#placeOf(other.size - 1), indexEnd)
    // Records that lie beside each other are copied together.
    let [from, to] = [other.#start(0), other.#start(0)]
    for (let index = 0; index < other.size; index += 1) {
      const start = other.#start(index)
      if (start !== to) {
        this.#copyRecords(other, from, to)
        from = start
      }
      to = start + other.#lengthAt(start)
      this.#span.view.setUint16(this.#placeOf(before + index) + inIndex.start, this.#used + start - from)
    }
    this.#copyRecords(other, from, to)
    this.#living += other.#living
    this.#knownToFirst += other.#knownToFirst
    this.#knownToSecond += other.#knownToSecond
    this.nextExpiry = Math.min(this.nextExpiry, other.nextExpiry)
    this.nextWarning = Math.min(this.nextWarning, other.nextWarning)
  }

  #copyRecords(other: MessageBlock, from: number, to: number): void {
    other.#span.bytes.copy(this.#span.bytes, this.#span.start + this.#used, from, to)
    this.#used += to - from
  }

  /** A message's place in the index. Beside this block lie others', so that a wrong index must never be followed. */
  #placeOf(index: number): number {
    if (index < 0 || index >= this.#size) throw new RangeError(`${index} is not among ${this.#size} messages`)
    return this.#span.start + this.#span.length - indexBytes * (index + 1)
  }

  /** Where a record begins. */
  #start(index: number): number {
    return this.#span.start + this.#span.view.getUint16(this.#placeOf(index) + inIndex.start)
  }

  #flagsAt(index: number): number {
    return this.#span.view.getUint8(this.#placeOf(index) + inIndex.flags)
  }

  #lengthAt(start: number): number {
    return (
      headBytes + this.#span.view.getUint32(start + at.nonceBytes) + this.#span.view.getUint32(start + at.textBytes)
    )
  }

  #count(index: number, change: 1 | -1): void {
    if (this.isKnownTo(0, index)) this.#knownToFirst += change
    if (this.isKnownTo(1, index)) this.#knownToSecond += change
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
  return headBytes + indexBytes + (needsWide(message) ? 2 : 1) * (message.nonce.length + message.text.length)
}

/** Whether its text is not of ASCII alone, for which a byte a letter would do. */
function needsWide({ nonce, text }: Pick<Message, 'nonce' | 'text'>): boolean {
  return Buffer.byteLength(nonce) > nonce.length || Buffer.byteLength(text) > text.length
}
