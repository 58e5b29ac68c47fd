import { randomBytes } from 'node:crypto'

/** Secret, so that nobody can choose nonces that meet in one place. */
const seed = randomBytes(4).readUInt32LE()
const leastSlots = 4

/** A number by which a nonce of one of a room's two people is looked for. Two nonces may have the same. */
export function hashNonce(nonce: string, side: number): number {
  let hash = seed ^ side
  for (let index = 0; index < nonce.length; index += 1) {
    hash = Math.imul(hash ^ nonce.charCodeAt(index), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

/**
 * Which messages have which nonces, as pairs of a hash and a `seq`. It keeps no nonce: whether a message that it finds
 * is the one that is looked for, its record says. A third of what a Map takes.
 *
 * - A pair lies at the slot of its hash or after it, with no free slot between; a free slot has the `seq` 0.
 * - At most three quarters of the slots are taken, so that few lie between.
 */
export class NonceTable {
  #slots = new Uint32Array(2 * leastSlots)
  #size = 0

  /** Adds a message; `seq` is above 0. */
  add(hash: number, seq: number): void {
    if (4 * (this.#size + 1) > 3 * this.#count) this.#resize(2 * this.#count)
    this.#put(hash, seq)
    this.#size += 1
  }

  /** Which of the messages with this hash is the one, or undefined. */
  find(hash: number, isIt: (seq: number) => boolean): number | undefined {
    for (let slot = this.#home(hash); this.#seq(slot) !== 0; slot = this.#next(slot)) {
      if (this.#hash(slot) === hash && isIt(this.#seq(slot))) return this.#seq(slot)
    }
    return undefined
  }

  /** Takes a message out that is in. */
  remove(hash: number, seq: number): void {
    let slot = this.#home(hash)
    while (this.#seq(slot) !== seq) {
      if (this.#seq(slot) === 0) return
      slot = this.#next(slot)
    }
    this.#free(slot)
    this.#size -= 1
    if (this.#count > leastSlots && 8 * this.#size < this.#count) this.#resize(this.#count / 2)
  }

  get #count(): number {
    return this.#slots.length / 2
  }

  #home(hash: number): number {
    return hash & (this.#count - 1)
  }

  #next(slot: number): number {
    return (slot + 1) & (this.#count - 1)
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
      const fromHome = (slot - this.#home(this.#hash(slot))) & (this.#count - 1)
      const fromFree = (slot - free) & (this.#count - 1)
      if (fromHome < fromFree) continue
      this.#slots[2 * free] = this.#hash(slot)
      this.#slots[2 * free + 1] = this.#seq(slot)
      this.#slots[2 * slot + 1] = 0
      free = slot
    }
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
