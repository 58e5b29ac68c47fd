import type { Clock } from '../chat/clock.js'

/** A reader further behind than this is cut, and catches up when it comes back. Source: issue "Nothing is lost". */
const mostBufferedBytes = 1_048_576
/** Behind by this much, typing and presence are left out. */
const busyBytes = 65_536
/** A reader that takes nothing for this long holds messages in its buffer that may be gone. */
const stalledMs = 1000

/** Watches how well the other end of a line takes what is written. */
export class Outflow {
  readonly #clock: Clock
  readonly #bufferedBytes: () => number
  readonly #cut: () => void
  #waiting = 0
  #waitingSince = 0

  /**
   * @param bufferedBytes how much waits to be taken
   * @param cut ends the line at once
   */
  constructor(clock: Clock, bufferedBytes: () => number, cut: () => void) {
    this.#clock = clock
    this.#bufferedBytes = bufferedBytes
    this.#cut = cut
  }

  get isBusy(): boolean {
    return this.#bufferedBytes() > busyBytes
  }

  /** Notes a write; the answer is to be called when it was taken. Cuts a reader that is too slow. */
  begin(): () => void {
    if (this.#waiting === 0) this.#waitingSince = this.#clock.now()
    this.#waiting += 1
    if (this.#bufferedBytes() > mostBufferedBytes) this.#cut()
    return () => {
      this.#waiting -= 1
      this.#waitingSince = this.#clock.now()
    }
  }

  cutIfStalled(): void {
    if (this.#waiting > 0 && this.#clock.now() - this.#waitingSince > stalledMs) this.#cut()
  }
}
