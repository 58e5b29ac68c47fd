import type { Clock } from './chat/clock.js'

/** Members that are due within this time of each other are visited together, in ms. */
const togetherMs = 250

/**
 * Visits each member once a period for as long as it stays, first a period after it was added. Each has a time of its own:
 * visiting thousands at once would hold up all else.
 */
export class Rounds<Member> {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #visit: (member: Member) => void
  /** When each is due, by `Clock.now()`; the earliest stands first. */
  readonly #dueAt = new Map<Member, number>()
  #cancel: (() => void) | null = null

  constructor(clock: Clock, periodMs: number, visit: (member: Member) => void) {
    this.#clock = clock
    this.#periodMs = periodMs
    this.#visit = visit
  }

  add(member: Member): void {
    this.#dueAt.set(member, this.#clock.now() + this.#periodMs)
    if (this.#cancel === null) this.#arm(this.#periodMs)
  }

  remove(member: Member): void {
    this.#dueAt.delete(member)
  }

  /** Visits nobody any more. */
  stop(): void {
    this.#dueAt.clear()
    this.#cancel?.()
    this.#cancel = null
  }

  #arm(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => this.#visitDue())
  }

  #visitDue(): void {
    this.#cancel = null
    const now = this.#clock.now()
    let waitMs: number | null = null
    for (const [member, dueAt] of this.#dueAt) {
      if (dueAt > now) {
        waitMs = dueAt - now
        break
      }
      this.#dueAt.delete(member)
      this.#dueAt.set(member, now + this.#periodMs)
      this.#visit(member)
    }
    if (waitMs !== null && this.#cancel === null) this.#arm(Math.max(waitMs, togetherMs))
  }
}
