import type { Clock } from '../../chat/clock.js'
import type { FrameShare } from './frame-budgets.js'

const windowMs = 1000
/** A line that says more than it may in this many seconds one after the other is more than eager. */
const windowsOverAllowed = 5
const badFramesAllowed = 20
const badFramesWindowMs = 60_000

/**
 * How fast a line may speak. More than that is answered by not reading on until the next second, which loses nothing; who
 * goes on so, or sends what cannot be read, is to be closed.
 */
export class FrameMeter {
  readonly #clock: Clock
  readonly #perSecond: number
  readonly #share: FrameShare | null
  #windowEnd = 0
  #inWindow = 0
  #windowsOver = 0
  #badEnd = 0
  #bad = 0

  /** @param share of what the person may say over all their lines; null where that counts for nobody */
  constructor(clock: Clock, perSecond: number, share: FrameShare | null = null) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#share = share
  }

  /** How long a frame of this length, which is read next, has to wait for what its person says elsewhere. */
  waitMs(bytes: number): number {
    return this.#share?.take(bytes) ?? 0
  }

  /** Counts a frame. `pauseMs`: how long to read nothing after it; `isTooFast`: it has been too fast for too long. */
  count(): { pauseMs: number; isTooFast: boolean } {
    const now = this.#clock.now()
    if (now >= this.#windowEnd) {
      const wasOver = this.#inWindow > this.#perSecond && now < this.#windowEnd + windowMs
      this.#windowsOver = wasOver ? this.#windowsOver + 1 : 0
      this.#windowEnd = now + windowMs
      this.#inWindow = 0
    }
    this.#inWindow += 1
    const isOver = this.#inWindow > this.#perSecond
    return { pauseMs: isOver ? this.#windowEnd - now : 0, isTooFast: isOver && this.#windowsOver >= windowsOverAllowed }
  }

  /** Counts a frame that could not be read; true when there were too many of them. */
  countBad(): boolean {
    const now = this.#clock.now()
    if (now >= this.#badEnd) {
      this.#badEnd = now + badFramesWindowMs
      this.#bad = 0
    }
    this.#bad += 1
    return this.#bad >= badFramesAllowed
  }
}
