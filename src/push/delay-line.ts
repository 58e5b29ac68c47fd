import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../chat/clock.js'

/** Entries that come due within this time of each other are visited together, ms. */
const togetherMs = 100
/** How many are visited at once. */
const atOnce = 50

/** What `DelayLine` needs. */
export interface DelayLineDeps<Entry> {
  readonly clock: Clock
  readonly delayMs: number
  /** How many entries it holds; beyond that the oldest is forgotten. */
  readonly most: number
  /** Must not reject. */
  readonly visit: (entry: Entry) => Promise<void>
}

/** Visits each entry once, so long after it was added; with one timer, however many there are. */
export class DelayLine<Entry> {
  readonly #deps: DelayLineDeps<Entry>
  /** When each is due, by `Clock.now()`; the earliest stands first. */
  readonly #dueAt = new Map<Entry, number>()
  #cancel: (() => void) | null = null
  #isVisiting = false

  constructor(deps: DelayLineDeps<Entry>) {
    this.#deps = deps
  }

  /** Adds an entry that is not in it. */
  add(entry: Entry): void {
    const { clock, delayMs, most } = this.#deps
    for (const oldest of this.#dueAt.keys()) {
      if (this.#dueAt.size < most) break
      this.#dueAt.delete(oldest)
    }
    this.#dueAt.set(entry, clock.now() + delayMs)
    if (this.#cancel === null && !this.#isVisiting) this.#arm(delayMs)
  }

  /** Visits nothing any more. */
  stop(): void {
    this.#dueAt.clear()
    this.#cancel?.()
    this.#cancel = null
  }

  #arm(ms: number): void {
    this.#cancel = this.#deps.clock.after(ms, () => void this.#visitDue())
  }

  async #visitDue(): Promise<void> {
    this.#cancel = null
    this.#isVisiting = true
    for (let due = this.#takeDue(); due.length > 0; due = this.#takeDue()) {
      await Promise.all(due.map(this.#deps.visit))
      // In memory all of it is there at once, and thousands in one go would hold up whoever sends.
      if (due.length === atOnce) await nextTurn()
    }
    this.#isVisiting = false
    for (const next of this.#dueAt.values()) {
      this.#arm(Math.max(next - this.#deps.clock.now(), togetherMs))
      break
    }
  }

  #takeDue(): Entry[] {
    const now = this.#deps.clock.now()
    const due: Entry[] = []
    for (const [entry, dueAt] of this.#dueAt) {
      if (dueAt > now || due.length === atOnce) break
      due.push(entry)
      this.#dueAt.delete(entry)
    }
    return due
  }
}
