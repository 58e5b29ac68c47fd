import type { Clock } from '../../chat/clock.js'

/** Up to this much may be read as slowly as anybody likes: a sleeping page reads nothing. */
const freeBytes = 65_536
const windowMs = 30_000
/** 1,000 bytes a second. */
const leastBytesInWindow = 30_000

/**
 * Calls `onTooSlow` if a reader with much unread takes less than 1,000 bytes a second, over half a minute in which the process did
 * not stand still.
 */
export class ReadPace {
  readonly #clock: Clock
  readonly #onTooSlow: () => void
  #taken = 0
  #cancel: (() => void) | null = null

  constructor(clock: Clock, onTooSlow: () => void) {
    this.#clock = clock
    this.#onTooSlow = onTooSlow
  }

  /** Notes how many bytes are unread now. */
  noteWaiting(bytes: number): void {
    if (bytes <= freeBytes) this.end()
    else if (this.#cancel === null) this.#watch()
  }

  /** Notes that this many bytes were taken. */
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
    const since = this.#clock.now()
    this.#cancel = this.#clock.after(windowMs, () => {
      if (this.#taken >= leastBytesInWindow || this.#clock.awakeSince > since) this.#watch()
      else this.#onTooSlow()
    })
  }
}
