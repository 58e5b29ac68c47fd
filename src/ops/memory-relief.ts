import type { Clock } from '../chat/clock.js'

/** Which share of the memory there is may be in use before garbage is collected without V8's asking for it. */
const usedShare = 3 / 4
/** By how much what is in use must have grown since the last collection for another, in bytes: one takes tens of milliseconds. */
const stepBytes = 8 * 1_048_576
/** How often it is looked at most, ms: a look takes 20 us, and in this time few long answers can be made. */
const lookMs = 50

export interface MemoryReliefDeps {
  readonly clock: Pick<Clock, 'now'>
  /** The memory that this process may use, in bytes. */
  readonly limit: number
  /** How much it uses now, in bytes. */
  readonly readUsed: () => number
  /** Collects all garbage. */
  readonly collect: () => void
}

/**
 * Keeps garbage from filling a small memory. V8 collects it by what it may use for its heap, which in a small control group is as much
 * as the group has for all; and the buffers of answers lie beside the heap.
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
    const { clock, limit, readUsed, collect } = this.#deps
    if (clock.now() < this.#looksAt) return
    this.#looksAt = clock.now() + lookMs
    if (readUsed() < this.#collectsAt) return
    collect()
    this.#collectsAt = Math.max(usedShare * limit, readUsed() + stepBytes)
  }
}
