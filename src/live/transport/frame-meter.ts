import type { Clock } from '../../chat/clock.js'
import type { FrameShare } from './frame-budgets.js'

const windowMs = 1000
/** A socket that exceeds its limit in this many seconds in a row is closed. */
const windowsOverAllowed = 5
const badFramesAllowed = 20
const badFramesWindowMs = 60_000

/**
 * Limits how fast one socket may send. Over the limit, the caller stops reading until the next second, which loses
 * nothing. A socket that keeps exceeding it, or keeps sending frames that cannot be read, should be closed.
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

  /** @param share this socket's part in its person's budget; null if it counts against nobody's */
  constructor(clock: Clock, perSecond: number, share: FrameShare | null = null) {
    this.#clock = clock
    this.#perSecond = perSecond
    this.#share = share
  }

  /** Takes the next frame off the person's budget and returns how many ms it must wait. */
  waitMs(bytes: number): number {
    return this.#share?.take(bytes) ?? 0
  }

  /** Counts a frame. `pauseMs`: how long to stop reading after it; `isTooFast`: the socket should be closed. */
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

  /** Counts a frame that could not be read; true if there were too many and the socket should be closed. */
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
