import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock } from '../chat/clock.js'

/** How often it is looked whether the server is at rest, ms. */
const lookMs = 5000
/** Which share of a processor makes the server busy, and below which share it rests. */
const [busyShare, restingShare] = [0.2, 0.05]
/** How many times garbage is collected once the server rests: what one collection ends, only the next one gives back. */
const collections = 3

export interface IdleMemoryDeps {
  readonly clock: Clock
  /** How much processor time this process has used, in ms. */
  readonly readCpuMs: () => number
  /** Collects all garbage, and gives what is free back to the system. */
  readonly collect: () => void
}

/**
 * Gives memory back once a time of much work is over. V8 of Node 24 does not do it by itself while nothing happens: after
 * 12,000 visits the process kept 240 MB, of which it used 30. A collection takes up to 50 ms, so it waits until the server rests.
 * The start counts as such a time.
 * Source: docs/performance.md
 */
export class IdleMemory {
  readonly #deps: IdleMemoryDeps
  #cpuMs: number
  #seenAt: number
  /** How many collections are still to come. */
  #left = collections
  #cancel = () => {}

  constructor(deps: IdleMemoryDeps) {
    this.#deps = deps
    this.#cpuMs = deps.readCpuMs()
    this.#seenAt = deps.clock.now()
    this.#wait()
  }

  stop(): void {
    this.#cancel()
  }

  #wait(): void {
    this.#cancel = this.#deps.clock.after(lookMs, () => this.#look())
  }

  #look(): void {
    const [cpuMs, now] = [this.#deps.readCpuMs(), this.#deps.clock.now()]
    const share = (cpuMs - this.#cpuMs) / (now - this.#seenAt)
    this.#cpuMs = cpuMs
    this.#seenAt = now
    if (share > busyShare) this.#left = collections
    else if (this.#left > 0 && share < restingShare) {
      this.#left -= 1
      this.#deps.collect()
    }
    this.#wait()
  }
}

/** The processor time of this process in all of its threads, ms. */
export function readCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Collects all garbage of this process, also what V8 would keep for a while. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  // Only a context that is made now has the function; it is found nowhere else.
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') return
  // Node 20 collects more with the first, Node 24 gives back more with the second.
  collect()
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
