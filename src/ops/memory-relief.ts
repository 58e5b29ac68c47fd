import type { Clock } from '../chat/clock.js'
import { largestHeap } from './idle-memory.js'

/** Which share of the memory there is may be in use before garbage is collected without V8's asking for it. */
const usedShare = 3 / 4
/** By how much what is in use must have grown since the last collection for another, in bytes: one takes tens of milliseconds. */
const stepBytes = 8 * 1_048_576
/** At most this share of the time goes into collections. */
const collectingShare = 1 / 4
/** How often it is looked at most, ms: a look takes 20 us, and in this time few long answers can be made. */
const lookMs = 50

export interface MemoryReliefDeps {
  readonly clock: Pick<Clock, 'now'>
  /** The memory that this process may use, in bytes. */
  readonly limit: number
  /** How much it uses now, in bytes. */
  readonly readUsed: () => number
  /** How many bytes of V8's heap are in use, with its garbage. */
  readonly readHeapBytes: () => number
  /** Collects all garbage. */
  readonly collect: () => void
}

/**
 * Keeps garbage from filling a small memory. V8 collects it by what it may use for its heap, which in a small control group is as much
 * as the group has for all; and the buffers of answers lie beside the heap. A large heap is left to V8: its collection would keep
 * everything else waiting for too long (see `IdleMemory`).
 */
export class MemoryRelief {
  readonly #deps: MemoryReliefDeps
  #collectsAt: number
  #looksAt = Number.NEGATIVE_INFINITY

  constructor(deps: MemoryReliefDeps) {
    this.#deps = deps
    this.#collectsAt = usedShare * deps.limit
  }

  /** Collects garbage if much of the memory is in use. To be called before much more is taken. */
  relieve(): void {
    const { clock, limit, readUsed, readHeapBytes, collect } = this.#deps
    const startedAt = clock.now()
    if (startedAt < this.#looksAt) return
    this.#looksAt = startedAt + lookMs
    const used = readUsed()
    if (used < usedShare * limit) this.#collectsAt = usedShare * limit
    if (used < this.#collectsAt || readHeapBytes() > largestHeap) return
    collect()
    this.#looksAt = Math.max(this.#looksAt, startedAt + (clock.now() - startedAt) / collectingShare)
    this.#collectsAt = Math.max(usedShare * limit, readUsed() + stepBytes)
  }
}
