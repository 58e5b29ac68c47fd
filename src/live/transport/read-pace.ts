import type { Clock } from '../../chat/clock.js'

/** Who has no more than this waiting may take it as slowly as they like: a page that sleeps takes nothing. */
const freeBytes = 65_536
const windowMs = 30_000
/** A thousand bytes a second. */
const leastBytesInWindow = 30_000

/** Watches that a reader for whom much waits takes a thousand bytes a second, over half a minute. */
export class ReadPace {
  readonly #clock: Clock
  readonly #onTooSlow: () => void
  #taken = 0
  #cancel: (() => void) | null = null

  constructor(clock: Clock, onTooSlow: () => void) {
    this.#clock = clock
    this.#onTooSlow = onTooSlow
  }

  /** Notes how many bytes wait now. */
  noteWaiting(bytes: number): void {
    if (bytes <= freeBytes) this.end()
    else if (this.#cancel === null) this.#watch()
  }

  /** Notes that so many bytes were taken. */
  noteTaken(bytes: number): void {
    this.#taken += bytes
  }

  /** Ends the timer. */
  end(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #watch(): void {
    this.#taken = 0
    this.#cancel = this.#clock.after(windowMs, () => {
      if (this.#taken >= leastBytesInWindow) this.#watch()
      else this.#onTooSlow()
    })
  }
}
