import { randomBytes } from 'node:crypto'

/** Secret, so that nobody can choose nonces that meet in one place. */
const seed = randomBytes(4).readUInt32LE()
const partBits = 8
const leastSlots = 8
/** By how much a part grows and shrinks. */
const growth = 1.5

/** A number by which a nonce of a sender, who has a number too, is looked for. Two nonces may have the same. */
export function hashNonce(nonce: string, sender: number): number {
  let hash = seed ^ Math.imul(sender, 0x9e3779b1)
  for (let index = 0; index < nonce.length; index += 1) {
    hash = Math.imul(hash ^ nonce.charCodeAt(index), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

/**
 * Which messages have which nonces, as pairs of a hash and a `seq`. It keeps no nonce: whether a message that it finds
 * is the one that is looked for, its record says. So one table serves all rooms, and a pair that two of them have is in it
 * twice. It is cut into parts by the last bits of the hash, so that growing never takes long.
 */
export class NonceTable {
  readonly #parts: Part[] = []

  /** Adds a message; `seq` is above 0. */
  add(hash: number, seq: number): void {
    this.#partOf(hash).add(hash, seq)
  }

  /** Which of the messages with this hash is the one, or undefined. */
  find(hash: number, isIt: (seq: number) => boolean): number | undefined {
    return this.#partOf(hash).find(hash, isIt)
  }

  /** Takes a message out that is in. */
  remove(hash: number, seq: number): void {
    this.#partOf(hash).remove(hash, seq)
  }

  #partOf(hash: number): Part {
    const index = hash & (2 ** partBits - 1)
    const part = this.#parts[index] ?? new Part()
    this.#parts[index] = part
    return part
  }
}

/**
 * A part of the table.
 *
 * - A pair lies at the slot of its hash or after it, with no free slot between; a free slot has the `seq` 0.
 * - At most three quarters of the slots are taken, so that few lie between.
 */
class Part {
  #slots = new Uint32Array(2 * leastSlots)
  #size = 0

  add(hash: number, seq: number): void {
    if (4 * (this.#size + 1) > 3 * this.#count) this.#resize(Math.ceil(growth * this.#count))
    this.#put(hash, seq)
    this.#size += 1
  }

  find(hash: number, isIt: (seq: number) => boolean): number | undefined {
    for (let slot = this.#home(hash); this.#seq(slot) !== 0; slot = this.#next(slot)) {
      if (this.#hash(slot) === hash && isIt(this.#seq(slot))) return this.#seq(slot)
    }
    return undefined
  }

  remove(hash: number, seq: number): void {
    let slot = this.#home(hash)
    while (this.#seq(slot) !== seq || this.#hash(slot) !== hash) {
      if (this.#seq(slot) === 0) return
      slot = this.#next(slot)
    }
    this.#free(slot)
    this.#size -= 1
    const fewer = Math.max(Math.floor(this.#count / growth), leastSlots)
    if (fewer < this.#count && 3 * this.#size < fewer) this.#resize(fewer)
  }

  get #count(): number {
    return this.#slots.length / 2
  }

  #home(hash: number): number {
    return Math.floor((hash * this.#count) / 2 ** 32)
  }

  #next(slot: number): number {
    return slot + 1 === this.#count ? 0 : slot + 1
  }

  #hash(slot: number): number {
    return this.#slots[2 * slot] ?? 0
  }

  #seq(slot: number): number {
    return this.#slots[2 * slot + 1] ?? 0
  }

  #put(hash: number, seq: number): void {
    let slot = this.#home(hash)
    while (this.#seq(slot) !== 0) slot = this.#next(slot)
    this.#slots[2 * slot] = hash
    this.#slots[2 * slot + 1] = seq
  }

  /** Frees a slot, and moves into it what lies after it and would not be found any more. */
  #free(freed: number): void {
    let free = freed
    this.#slots[2 * free + 1] = 0
    for (let slot = this.#next(free); this.#seq(slot) !== 0; slot = this.#next(slot)) {
      if (this.#distance(this.#home(this.#hash(slot)), slot) < this.#distance(free, slot)) continue
      this.#slots[2 * free] = this.#hash(slot)
      this.#slots[2 * free + 1] = this.#seq(slot)
      this.#slots[2 * slot + 1] = 0
      free = slot
    }
  }

  /** How many slots lie from one to another, going on at the first after the last. */
  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.#count
  }

  #resize(count: number): void {
    const old = this.#slots
    this.#slots = new Uint32Array(2 * count)
    for (let index = 0; index < old.length; index += 2) {
      const seq = old[index + 1] ?? 0
      if (seq !== 0) this.#put(old[index] ?? 0, seq)
    }
  }
}
