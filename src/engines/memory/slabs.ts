/** Sizes of spans, in bytes. Few enough that what one room gives back soon serves another. */
const sizes = [512, 1_024, 2_048, 3_072, 4_096, 6_144, 8_192] as const
const slabBytes = 65_536
/** How many empty slabs are kept, beside a quarter of those in use. */
const leastEmpty = 4

/** A stretch of memory for one holder, all 0 when it is given. */
export interface Span {
  /** The memory that it lies in, where other stretches are others'. */
  readonly bytes: Buffer
  readonly view: DataView
  readonly start: number
  readonly length: number
}

/** What a holder refers to that has given back its span: whatever reads from it throws. */
export const noSpan: Span = viewOf(Buffer.alloc(0))

/**
 * Memory that is cut into spans of one size. `size`: which one; `place`: where it is among those with free ones, -1 when it
 * has none.
 */
class Slab {
  size = 0
  place = -1
  readonly #bytes = Buffer.alloc(slabBytes)
  readonly #view = viewOf(this.#bytes).view
  #freed: number[] = []
  #cut = 0
  #taken = 0

  /** Cuts it into spans of another size. Nothing may be taken of it. */
  resize(size: number): this {
    this.size = size
    this.#freed = []
    this.#cut = 0
    return this
  }

  get isEmpty(): boolean {
    return this.#taken === 0
  }

  get isFull(): boolean {
    return this.#freed.length === 0 && this.#cut + this.size > slabBytes
  }

  take(): SlabSpan {
    const start = this.#freed.pop() ?? this.#cut
    if (start === this.#cut) this.#cut += this.size
    this.#taken += 1
    return { slab: this, bytes: this.#bytes, view: this.#view, start, length: this.size }
  }

  release({ start }: Span): void {
    this.#bytes.fill(0, start, start + this.size)
    this.#freed.push(start)
    this.#taken -= 1
  }
}

type SlabSpan = Span & { readonly slab: Slab }

/**
 * Memory outside of the heap of V8 for all rooms together. Memory of its own for each block would cost a room of a hundred
 * messages as much again as they take: in objects, and in what is left over between pieces of different sizes.
 *
 * - Each slab has spans of one size. Only those with free ones are in `#open`, by size.
 * - A slab that nothing is taken of is kept for any size, as long as there are few: rooms that grow at the same pace would
 *   else leave one size after the other to the collection of garbage.
 * - What is free is zeros: a span is overwritten when it is given back.
 */
export class Slabs {
  readonly #open = new Map<number, Slab[]>(sizes.map(size => [size, []]))
  readonly #empty: Slab[] = []
  #inUse = 0
  /** What spans take that are too long for a slab, in bytes. */
  #longBytes = 0

  /** What all spans that are taken keep from others, in bytes: whole slabs, however little of one is taken. */
  get bytes(): number {
    return this.#inUse * slabBytes + this.#longBytes
  }

  /** Gives a span of at least as many bytes. */
  take(bytes: number): Span {
    const size = sizes.find(each => each >= bytes)
    const open = size === undefined ? undefined : this.#open.get(size)
    if (size === undefined || open === undefined) {
      this.#longBytes += bytes
      return viewOf(Buffer.alloc(bytes))
    }
    const slab = open.at(-1) ?? this.#openFor(size, open)
    const span = slab.take()
    if (slab.isFull) this.#remove(open, slab)
    return span
  }

  /** Overwrites a span and takes it back. */
  release(span: Span | SlabSpan): void {
    if (!('slab' in span)) {
      span.bytes.fill(0)
      this.#longBytes -= span.length
      return
    }
    const { slab } = span
    const open = this.#open.get(slab.size) ?? []
    slab.release(span)
    if (slab.isEmpty) this.#close(slab, open)
    else if (slab.place === -1) this.#add(open, slab)
  }

  #openFor(size: number, open: Slab[]): Slab {
    const slab = (this.#empty.pop() ?? new Slab()).resize(size)
    this.#inUse += 1
    this.#add(open, slab)
    return slab
  }

  #close(slab: Slab, open: Slab[]): void {
    if (slab.place !== -1) this.#remove(open, slab)
    this.#inUse -= 1
    this.#empty.push(slab)
    while (this.#empty.length > leastEmpty + this.#inUse / 4) this.#empty.pop()
  }

  #add(open: Slab[], slab: Slab): void {
    slab.place = open.push(slab) - 1
  }

  #remove(open: Slab[], slab: Slab): void {
    const last = open.pop()
    if (last !== undefined && last !== slab) {
      open[slab.place] = last
      last.place = slab.place
    }
    slab.place = -1
  }
}

function viewOf(bytes: Buffer): Span {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start: 0, length: bytes.length }
}
