// Long because all ways to look for a message go through the same blocks.
import type { SeqRange } from '#src/chat/engine.js'
import { type Life, lengthOf, MessageBlock, type Side, type Stored } from './message-block.js'
import { Slabs } from './slabs.js'

/** Where a message stands. It is right only until a message is added or removed. */
export interface Place {
  readonly block: MessageBlock
  readonly index: number
}

/** What a block takes at most, unless a single message takes more, in bytes. */
const mostBytes = 8_192
const never = Number.POSITIVE_INFINITY
/** One for all rooms. */
const sharedSlabs = new Slabs()

/**
 * The messages of a room, in blocks one after the other by `seq`. What is looked for is found by halving, and what is
 * counted is added up by blocks, so a room of thousands costs hardly more than one of ten.
 *
 * - No block is empty, and none stays more than half of space that messages left: it is packed, with the next one if both fit
 *   into one. So what is deleted gives its memory back, whatever is kept beside it.
 * - The last one is replaced by a larger one when it is full, as long as that has at most `mostBytes`. So a room of a few
 *   messages takes little.
 * - `nextExpiry` and `nextWarning` are the least of all blocks, of which even a large room has a few dozen.
 */
export class BlockRow {
  readonly #blocks: MessageBlock[] = []
  /** When the next message expires, in ms of `Clock.now()`; Infinity when there is none. */
  nextExpiry = never
  /** When the next warning is due, in ms of `Clock.now()`; Infinity when there is none. */
  nextWarning = never
  #size = 0

  constructor(private readonly slabs = sharedSlabs) {}

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
    this.#noteNext(last)
    return { block: last, index: last.size - 1 }
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
    const block = this.#blocks.find(each => each.nextExpiry === nextExpiry)
    if (block === undefined) return undefined
    let index = 0
    while (block.expiresAtOf(index) !== nextExpiry) index += 1
    return { block, index }
  }

  /** Where the message stands whose warning is due first, if that is by `now`. */
  findWarning(now: number): Place | undefined {
    const { nextWarning } = this
    if (nextWarning > now) return undefined
    const block = this.#blocks.find(each => each.nextWarning === nextWarning)
    if (block === undefined) return undefined
    let index = 0
    while (block.warnsAtOf(index) !== nextWarning) index += 1
    return { block, index }
  }

  /** A message has another life from now on. */
  setLife({ block, index }: Place, life: Life): void {
    block.setLife(index, life)
    this.#findNext()
  }

  /** Takes a message out. */
  remove({ block, index }: Place): void {
    const place = this.#indexFrom(block.firstSeq)
    block.remove(index)
    this.#size -= 1
    if (block.isSparse || block.size === 0) this.#pack(place)
    this.#findNext()
  }

  /** Overwrites all messages. It is of no use any more. */
  clear(): void {
    for (const block of this.#blocks) block.release(this.slabs)
    this.#blocks.length = 0
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
      const block = this.#blocks[middle]
      if (block !== undefined && block.lastSeq < seq) from = middle + 1
      else to = middle
    }
    return from
  }

  #from(seq: number): Place | undefined {
    const block = this.#blocks[this.#indexFrom(seq)]
    return block && { block, index: block.indexFrom(seq) }
  }

  #after({ block, index }: Place): Place | undefined {
    return index + 1 < block.size ? { block, index: index + 1 } : this.#from(block.lastSeq + 1)
  }

  /**
   * Gives a last block with space for `bytes` more: a larger one with what is in the last, or a new one. A quarter of what it
   * holds stays free, else a room in which a message goes whenever one comes would be copied each time.
   */
  #enlarge(last: MessageBlock | undefined, bytes: number): MessageBlock {
    const more = bytes + (last?.bytes ?? 0) / 4
    if (last && last.bytes + more <= mostBytes) return this.#replace(this.#blocks.length - 1, 1, more)
    const fresh = new MessageBlock(this.slabs.take(bytes))
    this.#blocks.push(fresh)
    return fresh
  }

  #pack(place: number): void {
    const [block, next] = this.#blocks.slice(place, place + 2)
    if (block === undefined) return
    const fits = next !== undefined && block.bytes + next.bytes <= mostBytes
    if (block.size > 0 || fits) this.#replace(place, fits ? 2 : 1, 0)
    else for (const each of this.#blocks.splice(place, 1)) each.release(this.slabs)
  }

  /** Packs some blocks into one with space for `more` bytes beside what they hold. */
  #replace(place: number, count: number, more: number): MessageBlock {
    const packed = this.#blocks.slice(place, place + count)
    const fresh = new MessageBlock(this.slabs.take(packed.reduce((sum, { bytes }) => sum + bytes, more)))
    for (const each of packed) {
      fresh.absorb(each)
      each.release(this.slabs)
    }
    this.#blocks.splice(place, count, fresh)
    return fresh
  }

  #noteNext({ nextExpiry, nextWarning }: MessageBlock): void {
    this.nextExpiry = Math.min(this.nextExpiry, nextExpiry)
    this.nextWarning = Math.min(this.nextWarning, nextWarning)
  }

  #findNext(): void {
    this.nextExpiry = never
    this.nextWarning = never
    for (const block of this.#blocks) this.#noteNext(block)
  }
}
