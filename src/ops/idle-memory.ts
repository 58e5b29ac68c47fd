import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock } from '../chat/clock.js'
import type { Rooms } from '../chat/rooms.js'

/** How often it is looked whether the server is at rest, ms. */
const lookMs = 5000
/** Which share of a processor makes the server busy, and below which share it rests. */
const [busyShare, restingShare] = [0.2, 0.05]
/** How many times garbage is collected once the server rests: what one collection ends, only the next one gives back. */
const collections = 3
/** The same, once messages have gone: copies of their text lie in memory that is free but not yet overwritten. */
const collectionsAfterEnd = 4
/** A server that has nothing else to do spends at most this share of a processor on it. */
const collectingShare = 0.01

export interface IdleMemoryDeps {
  readonly clock: Clock
  readonly rooms: Pick<Rooms, 'onNotice'>
  /** How much processor time this process has used, in ms. */
  readonly readCpuMs: () => number
  /** Collects all garbage, and gives what is free back to the system. */
  readonly collect: () => void
}

/**
 * Gives memory back once a time of much work is over. V8 of Node 24 does not do it by itself while nothing happens: after
 * 12,000 visits the process kept 240 MB, of which it used 30. A collection takes up to 50 ms, so it waits until the server rests.
 * The start counts as such a time. After messages have gone it does the same, so that their text is overwritten within
 * seconds rather than when the memory is next needed.
 * Source: docs/performance.md
 */
export class IdleMemory {
  readonly #deps: IdleMemoryDeps
  #cpuMs: number
  #seenAt: number
  /** How many collections are still to come. */
  #left = collections
  /** When the next collection may be, so that long ones are rare. */
  #notBefore = 0
  #cancel = () => {}
  readonly #endNotices: () => void

  constructor(deps: IdleMemoryDeps) {
    this.#deps = deps
    this.#cpuMs = deps.readCpuMs()
    this.#seenAt = deps.clock.now()
    this.#endNotices = deps.rooms.onNotice(({ type }) => {
      if (type !== 'image.kept') this.#left = Math.max(this.#left, collectionsAfterEnd)
    })
    this.#wait()
  }

  stop(): void {
    this.#endNotices()
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
    else if (this.#left > 0 && share < restingShare && now >= this.#notBefore) this.#collect(now)
    this.#wait()
  }

  #collect(now: number): void {
    this.#left -= 1
    const before = this.#deps.readCpuMs()
    this.#deps.collect()
    this.#notBefore = now + (this.#deps.readCpuMs() - before) / collectingShare
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
