// Long because all ways to look for a message go through the same blocks.
import type { SeqRange } from '#src/chat/engine.js'
import { Heap, type HeapEntry } from './heap.js'
import { type Life, lengthOf, MessageBlock, type Side, type Stored } from './message-block.js'

/** Where a message stands. It is right only until the next message is removed. */
export interface Place {
  readonly block: MessageBlock
  readonly index: number
}

/** What a block takes, unless a single message takes more, in bytes: the first of a room little, each next one twice as much. */
const [leastBytes, mostBytes] = [1_024, 8_192]

type Due = HeapEntry & { readonly block: MessageBlock }

/**
 * The messages of a room, in blocks one after the other by `seq`. What is looked for is found by halving, and what is
 * counted is added up by blocks, so a room of thousands costs hardly more than one of ten.
 *
 * - No block is empty, and none stays more than half of space that messages left: it is packed, with the next one if both fit
 *   into one. So what is deleted gives its memory back, whatever is kept beside it.
 * - Each block is in both heaps by the first of its messages that is due; in none for what is never due.
 */
export class BlockRow {
  readonly #blocks: MessageBlock[] = []
  readonly #byExpiry = new Heap<Due>()
  readonly #byWarning = new Heap<Due>()
  #size = 0

  /** @param allocate gives as many bytes, all 0 */
  constructor(private readonly allocate: (bytes: number) => Buffer = bytes => Buffer.alloc(bytes)) {}

  /** How many messages there are. */
  get size(): number {
    return this.#size
  }

  /** When the next message expires, in ms of `Clock.now()`; Infinity when there is none. */
  get nextExpiry(): number {
    return this.#byExpiry.first?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** When the next warning is due, in ms of `Clock.now()`; Infinity when there is none. */
  get nextWarning(): number {
    return this.#byWarning.first?.dueAt ?? Number.POSITIVE_INFINITY
  }

  /** Adds a message newer than all before. Answers where it stands. */
  append(stored: Stored): Place {
    let last = this.#blocks.at(-1)
    if (!last?.append(stored)) {
      const usual = Math.min(Math.max(2 * (last?.capacity ?? 0), leastBytes), mostBytes)
      last = new MessageBlock(this.allocate(Math.max(usual, lengthOf(stored))))
      last.append(stored)
      this.#blocks.push(last)
    }
    this.#size += 1
    this.#settle(last)
    return { block: last, index: last.size - 1 }
  }

  /** Where the message with this `seq` stands. */
  find(seq: number): Place | undefined {
    const place = this.#from(seq)
    return place?.block.seqAt(place.index) === seq ? place : undefined
  }

  /** Where the message stands that expires first, if that is by `now`. */
  findDue(now: number): Place | undefined {
    const block = this.#byExpiry.first?.block
    if (block === undefined || block.nextExpiry > now) return undefined
    let index = 0
    while (block.expiresAtOf(index) !== block.nextExpiry) index += 1
    return { block, index }
  }

  /** Where the message stands whose warning is due first, if that is by `now`. */
  findWarning(now: number): Place | undefined {
    const block = this.#byWarning.first?.block
    if (block === undefined || block.nextWarning > now) return undefined
    let index = 0
    while (block.warnsAtOf(index) !== block.nextWarning) index += 1
    return { block, index }
  }

  /** A message has another life from now on. */
  setLife({ block, index }: Place, life: Life): void {
    block.setLife(index, life)
    this.#settle(block)
  }

  /** Takes a message out. */
  remove({ block, index }: Place): void {
    const place = this.#indexFrom(block.firstSeq)
    block.remove(index)
    this.#size -= 1
    if (block.isSparse || block.size === 0) this.#pack(block, place)
    else this.#settle(block)
  }

  /** Overwrites all messages. It is of no use any more. */
  clear(): void {
    for (const block of this.#blocks) block.clear()
  }

  /** The places of the living messages from one `seq` to another, oldest first; both ends are included. */
  *between(from: number, to: number): Generator<Place> {
    for (let place = this.#from(from); place && place.block.seqAt(place.index) <= to; place = this.#after(place)) {
      yield place
    }
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

  #pack(block: MessageBlock, place: number): void {
    const next = this.#blocks[place + 1]
    const packed = next !== undefined && block.bytes + next.bytes <= mostBytes ? [block, next] : [block]
    const fresh = new MessageBlock(this.allocate(packed.reduce((sum, { bytes }) => sum + bytes, 0)))
    for (const each of packed) {
      this.#byExpiry.remove(each.expiry)
      this.#byWarning.remove(each.warning)
      fresh.absorb(each)
    }
    if (fresh.size === 0) this.#blocks.splice(place, packed.length)
    else {
      this.#blocks.splice(place, packed.length, fresh)
      this.#settle(fresh)
    }
  }

  #settle({ expiry, warning, nextExpiry, nextWarning }: MessageBlock): void {
    this.#byExpiry.add(expiry, nextExpiry)
    if (nextWarning === Number.POSITIVE_INFINITY) this.#byWarning.remove(warning)
    else this.#byWarning.add(warning, nextWarning)
  }
}
