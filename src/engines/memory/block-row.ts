// Long because all ways to look for a message go through the same blocks.
import type { SeqRange } from '#src/chat/engine.js'
import { type Life, lengthOf, MessageBlock, type Side, type Stored } from './message-block.js'
import { Slabs } from './slabs.js'

/** Where a message stands: at an index of a block. It is right only until a message is added or removed. */
export interface Place {
  readonly block: MessageBlock
  readonly index: number
  /** Which of the row's blocks it is. */
  readonly blockIndex: number
}

/** What a block takes at most, unless a single message takes more, in bytes. */
const mostBytes = 8_192
const never = Number.POSITIVE_INFINITY
/** What is kept of each block in `#keys`, and where. */
const key = { lastSeq: 0, nextExpiry: 1, nextWarning: 2 }
const keysOfBlock = 3

/**
 * The messages of a room, in blocks one after the other by `seq`. What is looked for is found by halving, and what is
 * counted is added up by blocks, so a room of thousands costs hardly more than one of ten.
 *
 * - No block is empty, and none stays more than half of space that messages left: it is packed, with the next one if both fit
 *   into one. So what is deleted gives its memory back, whatever is kept beside it.
 * - The last one is replaced by a larger one when it is full, as long as that has at most `mostBytes`. So a room of a few
 *   messages takes little.
 * - `nextExpiry` and `nextWarning` are the least of all blocks, of which even a large room has a few dozen. `#keys`
 *   repeats what blocks are looked for by, as three numbers for each, beside each other: to read it in the blocks themselves
 *   takes longer than all else in a server with many rooms.
 */
export class BlockRow {
  readonly #blocks: MessageBlock[] = []
  readonly #keys: number[] = []
  /** When the next message expires, in ms of `Clock.now()`; Infinity when there is none. */
  nextExpiry = never
  /** When the next warning is due, in ms of `Clock.now()`; Infinity when there is none. */
  nextWarning = never
  #size = 0

  /** @param slabs where its memory comes from, together with that of other rows */
  constructor(private readonly slabs = new Slabs()) {}

  /** How many messages there are. */
  get size(): number {
    return this.#size
  }

  /** Adds a message newer than all before. Answers where it stands. */
  append(stored: Stored): Place {
    let last = this.#blocks.at(-1)
    if (!last?.append(stored)) {
      last = this.#enlarge(last, lengthOf(stored))
      last.append(stored)
    }
    this.#size += 1
    const blockIndex = this.#blocks.length - 1
    this.#note(last, blockIndex)
    this.nextExpiry = Math.min(this.nextExpiry, last.nextExpiry)
    this.nextWarning = Math.min(this.nextWarning, last.nextWarning)
    return { block: last, index: last.size - 1, blockIndex }
  }

  /** Where the message with this `seq` stands. */
  find(seq: number): Place | undefined {
    const place = this.#from(seq)
    return place?.block.seqAt(place.index) === seq ? place : undefined
  }

  /** Where the message stands that expires first, if that is by `now`. */
  findDue(now: number): Place | undefined {
    const { nextExpiry } = this
    if (nextExpiry > now) return undefined
    const blockIndex = this.#indexOf(key.nextExpiry, nextExpiry)
    const block = this.#blocks[blockIndex]
    return block && { block, index: block.indexOfExpiry(nextExpiry), blockIndex }
  }

  /** Where the message stands whose warning is due first, if that is by `now`. */
  findWarning(now: number): Place | undefined {
    const { nextWarning } = this
    if (nextWarning > now) return undefined
    const blockIndex = this.#indexOf(key.nextWarning, nextWarning)
    const block = this.#blocks[blockIndex]
    return block && { block, index: block.indexOfWarning(nextWarning), blockIndex }
  }

  /** A message has another life from now on. */
  setLife({ block, index, blockIndex }: Place, life: Life): void {
    block.setLife(index, life)
    this.#note(block, blockIndex)
    this.#findNext()
  }

  /** Takes a message out. */
  remove({ block, index, blockIndex }: Place): void {
    block.remove(index)
    this.#size -= 1
    if (block.isSparse || block.size === 0) this.#pack(block, blockIndex)
    else this.#note(block, blockIndex)
    this.#findNext()
  }

  /** Overwrites all messages. It is of no use any more. */
  clear(): void {
    for (const block of this.#blocks) block.release(this.slabs)
    this.#splice(0, this.#blocks.length)
    this.#size = 0
  }

  /** The places of the living messages from one `seq` to another, oldest first; both ends are included. */
  *between(from: number, to: number): Generator<Place> {
    for (let place = this.#from(from); place && place.block.seqAt(place.index) <= to; place = this.#after(place)) {
      yield place
    }
  }

  /** The places of the living messages that one of the two sent between two `seq`, oldest first; both ends are included. */
  sentBetween(sender: Side, from: number, to: number): Place[] {
    const places: Place[] = []
    let place = from > to ? undefined : this.#from(from)
    for (; place !== undefined && place.block.seqAt(place.index) <= to; place = this.#after(place)) {
      if (place.block.senderAt(place.index) === sender) places.push(place)
    }
    return places
  }

  /** The `seq` of the first message after `seq` that someone may know of, or of the other's among these; 0 for none. */
  after(seq: number, side: Side, isFromOther = false): number {
    for (let place = this.#from(seq + 1); place !== undefined; place = this.#after(place)) {
      const { block, index } = place
      if (block.isKnownTo(side, index) && !(isFromOther && block.senderAt(index) === side)) return block.seqAt(index)
    }
    return 0
  }

  /** The `seq` of the last message before `seq` that someone may know of; 0 for none. */
  before(seq: number, side: Side): number {
    for (let place = this.#indexFrom(seq); place >= 0; place -= 1) {
      const block = this.#blocks[place]
      if (block === undefined || block.countFor(side) === 0) continue
      for (let index = block.indexFrom(seq) - 1; index >= 0; index -= 1) {
        if (block.isKnownTo(side, index)) return block.seqAt(index)
      }
    }
    return 0
  }

  /** How many messages after `seq` someone may know of. */
  countAfter(seq: number, side: Side): number {
    const first = this.#indexFrom(seq + 1)
    let count = 0
    for (let place = this.#blocks.length - 1; place > first; place -= 1)
      count += this.#blocks[place]?.countFor(side) ?? 0
    const block = this.#blocks[first]
    if (block === undefined) return count
    for (let index = block.indexFrom(seq + 1); index < block.size; index += 1) {
      if (block.isKnownTo(side, index)) count += 1
    }
    return count
  }

  /**
   * Which messages live up to `seq`, as ranges of those that someone may know of: the newest `most` ranges. What is held from
   * them breaks no range: to them it never was.
   */
  rangesUpTo(seq: number, side: Side, most: number): readonly SeqRange[] {
    const ranges: { from: number; to: number }[] = []
    let next = Number.NaN
    for (let place = this.#indexFrom(seq + 1); place >= 0; place -= 1) {
      const block = this.#blocks[place]
      for (let index = (block?.indexFrom(seq + 1) ?? 0) - 1; block && index >= 0; index -= 1) {
        const range = ranges.at(-1)
        const each = block.seqAt(index)
        if (range && each + 1 === next) range.from = each
        else if (!block.isKnownTo(side, index)) continue
        else if (ranges.length === most) return ranges.reverse()
        else ranges.push({ from: each, to: each })
        next = each
      }
    }
    return ranges.reverse()
  }

  /** The index of the first block that ends at `seq` or later; the number of blocks when there is none. */
  #indexFrom(seq: number): number {
    let [from, to] = [0, this.#blocks.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#keyOf(middle, key.lastSeq) < seq) from = middle + 1
      else to = middle
    }
    return from
  }

  #from(seq: number): Place | undefined {
    const blockIndex = this.#indexFrom(seq)
    const block = this.#blocks[blockIndex]
    return block && { block, index: block.indexFrom(seq), blockIndex }
  }

  #after({ block, index, blockIndex }: Place): Place | undefined {
    if (index + 1 < block.size) return { block, index: index + 1, blockIndex }
    const next = this.#blocks[blockIndex + 1]
    return next && { block: next, index: 0, blockIndex: blockIndex + 1 }
  }

  /**
   * Gives a last block with space for `bytes` more: a larger one with what is in the last, or a new one. A quarter of what it
   * holds stays free, else a room in which a message goes whenever one comes would be copied each time.
   */
  #enlarge(last: MessageBlock | undefined, bytes: number): MessageBlock {
    const more = bytes + (last?.bytes ?? 0) / 4
    if (last && last.bytes + more <= mostBytes) return this.#replace(this.#blocks.length - 1, [last], more)
    const fresh = new MessageBlock(this.slabs.take(bytes))
    this.#splice(this.#blocks.length, 0, fresh)
    return fresh
  }

  #pack(block: MessageBlock, blockIndex: number): void {
    const next = this.#blocks[blockIndex + 1]
    if (next !== undefined && block.bytes + next.bytes <= mostBytes) this.#replace(blockIndex, [block, next], 0)
    else if (block.size > 0) this.#replace(blockIndex, [block], 0)
    else {
      this.#splice(blockIndex, 1)
      block.release(this.slabs)
    }
  }

  /** Packs some blocks, the first of which has this index, into one with space for `more` bytes beside what they hold. */
  #replace(blockIndex: number, packed: readonly MessageBlock[], more: number): MessageBlock {
    const fresh = new MessageBlock(this.slabs.take(packed.reduce((sum, { bytes }) => sum + bytes, more)))
    for (const each of packed) {
      fresh.absorb(each)
      each.release(this.slabs)
    }
    this.#splice(blockIndex, packed.length, fresh)
    this.#note(fresh, blockIndex)
    return fresh
  }

  /** Puts a block, or none, in the place of some. Its keys are still to be noted. */
  #splice(blockIndex: number, count: number, ...fresh: [] | [MessageBlock]): void {
    this.#blocks.splice(blockIndex, count, ...fresh)
    const keys = fresh.flatMap(() => [0, never, never])
    this.#keys.splice(keysOfBlock * blockIndex, keysOfBlock * count, ...keys)
  }

  /** Keeps the keys of a block as they are now. */
  #note(block: MessageBlock, blockIndex: number): void {
    const at = keysOfBlock * blockIndex
    this.#keys[at + key.lastSeq] = block.lastSeq
    this.#keys[at + key.nextExpiry] = block.nextExpiry
    this.#keys[at + key.nextWarning] = block.nextWarning
  }

  #keyOf(blockIndex: number, which: number): number {
    return this.#keys[keysOfBlock * blockIndex + which] ?? never
  }

  /** The index of the first block with this key. */
  #indexOf(which: number, value: number): number {
    let blockIndex = 0
    while (blockIndex < this.#blocks.length && this.#keyOf(blockIndex, which) !== value) blockIndex += 1
    return blockIndex
  }

  #findNext(): void {
    this.nextExpiry = never
    this.nextWarning = never
    for (let blockIndex = 0; blockIndex < this.#blocks.length; blockIndex += 1) {
      this.nextExpiry = Math.min(this.nextExpiry, this.#keyOf(blockIndex, key.nextExpiry))
      this.nextWarning = Math.min(this.nextWarning, this.#keyOf(blockIndex, key.nextWarning))
    }
  }
}
