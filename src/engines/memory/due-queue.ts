import type { Clock } from '#src/chat/clock.js'
import { Heap, type HeapEntry } from './heap.js'

/** Work that is due at some time. `perform` is called once that time has come, and asks for the next time itself. */
export interface Duty extends HeapEntry {
  perform(now: number): void
}

/** A duty that is not due at any time yet. */
export function createDuty(perform: (now: number) => void): Duty {
  return { dueAt: 0, place: -1, perform }
}

/** All duties, behind one timer. Only those that are due are ever touched. */
export class DueQueue {
  #heap = new Heap<Duty>()
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: (() => void) | null = null
  #isStopped = false

  constructor(private readonly clock: Clock) {}

  /**
   * Makes sure that a duty is performed at `at` (ms of `Clock.now()`) at the latest. A duty that is due sooner already stays
   * as it is, and checks then whether there is anything to do: so putting something off costs nothing.
   */
  by(duty: Duty, at: number): void {
    if (at >= (duty.place === -1 ? Number.POSITIVE_INFINITY : duty.dueAt)) return
    this.#heap.add(duty, at)
    this.#arm()
  }

  /** Forgets a duty. */
  drop(duty: Duty): void {
    this.#heap.remove(duty)
  }

  /**
   * Performs all that is due, the earliest first, and returns the time. Every command begins with it, so that nothing is
   * read after its time, however late the timer is.
   */
  run(): number {
    const now = this.clock.now()
    for (let first = this.#heap.first; first !== undefined && first.dueAt <= now; first = this.#heap.first) {
      this.#heap.remove(first)
      first.perform(now)
    }
    return now
  }

  /** Forgets all duties and ends the timer. */
  stop(): void {
    this.#isStopped = true
    this.#heap = new Heap()
    this.#disarm?.()
  }

  #arm(): void {
    const first = this.#heap.first
    if (first === undefined || first.dueAt >= this.#armedFor || this.#isStopped) return
    this.#disarm?.()
    this.#armedFor = first.dueAt
    const waitMs = Math.max(first.dueAt - this.clock.now(), 0)
    this.#disarm = this.clock.after(waitMs, () => {
      this.#armedFor = Number.POSITIVE_INFINITY
      this.#disarm = null
      try {
        this.run()
      } finally {
        this.#arm()
      }
    })
  }
}
