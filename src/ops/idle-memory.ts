import { getHeapStatistics, setFlagsFromString } from 'node:v8'
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
/**
 * For how long a collection may keep everything else waiting, in ms of processor time: messages must be gone 250 ms after their time.
 */
const longestStopMs = 100
/** Of a larger heap none is tried, in bytes: its marking takes longer than that. Source: docs/performance.md */
export const largestHeap = 192 * 1_048_576

export interface IdleMemoryDeps {
  readonly clock: Clock
  readonly rooms: Pick<Rooms, 'onNotice'>
  /** How much processor time this process has used, in ms. */
  readonly readCpuMs: () => number
  /** How many bytes of V8's heap are in use, with its garbage. */
  readonly readHeapBytes: () => number
  /** Collects all garbage. */
  readonly collect: () => void
  /** Collects what is left, and gives what is free back to the system. */
  readonly release: () => void
}

/**
 * Gives memory back once a time of much work is over. V8 of Node 24 does not do it by itself while nothing happens: after
 * 12,000 visits the process kept 240 MB, of which it used 30. A collection takes up to 50 ms, so it waits until the server rests. Of a
 * large heap it takes longer than messages may wait for their end, so there it is left to V8.
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
  /** The largest heap of which a collection is short enough, in bytes, as far as is known. */
  #largestHeap = largestHeap
  #cancel = () => {}
  readonly #endNotices: () => void

  constructor(deps: IdleMemoryDeps) {
    this.#deps = deps
    this.#cpuMs = deps.readCpuMs()
    this.#seenAt = deps.clock.now()
    this.#endNotices = deps.rooms.onNotice(({ type }) => {
      const haveGone = type === 'messages.removed' || type === 'room.dissolved'
      if (haveGone) this.#left = Math.max(this.#left, collectionsAfterEnd)
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
    this.#wait()
    if (share > busyShare) this.#left = Math.max(this.#left, collections)
    else if (this.#left > 0 && share < restingShare && now >= this.#notBefore) this.#collect()
  }

  #collect(): void {
    const { clock, readHeapBytes, collect, release } = this.#deps
    if (readHeapBytes() > this.#largestHeap) return
    this.#left -= 1
    this.#notBefore = clock.now()
    if (!this.#isShort(collect)) return
    // In a turn of its own: what has become due meanwhile comes first.
    const cancelRelease = clock.after(1, () => void this.#isShort(release))
    const cancelLook = this.#cancel
    this.#cancel = () => {
      cancelRelease()
      cancelLook()
    }
  }

  /** Does a collection. If it was too long, none follows until the heap is so much smaller that it will not be. */
  #isShort(collect: () => void): boolean {
    const before = this.#deps.readCpuMs()
    collect()
    const tookMs = this.#deps.readCpuMs() - before
    this.#notBefore += tookMs / collectingShare
    if (tookMs <= longestStopMs) return true
    this.#largestHeap = Math.min(this.#largestHeap, (this.#deps.readHeapBytes() * longestStopMs) / tookMs)
    return false
  }
}

/** The processor time of this process in all of its threads, ms. */
export function readCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** How many bytes of V8's heap are in use. */
export function readHeapBytes(): number {
  return getHeapStatistics().used_heap_size
}

/** Collects all garbage of this process. Of both ways Node 20 collects more by this one. */
export function collectGarbage(): void {
  findCollector()?.()
}

/** Collects also what V8 would keep for a while. Of both ways Node 24 gives back more by this one. */
export function releaseMemory(): void {
  findCollector()?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

function findCollector() {
  setFlagsFromString('--expose-gc')
  // Only a context that is made now has the function; it is found nowhere else.
  const collect: unknown = runInNewContext('gc')
  return typeof collect === 'function' ? collect : null
}
