/** The domain's clock; tests pass their own. */
export interface Clock {
  /**
   * The current moment in whole milliseconds, for comparisons only. It is monotonic, counts sleep, and began as the
   * wall clock's time when the clock was made.
   */
  now(): number
  /**
   * The moment, as `now()` counts, at which it went on after it had last stood still for seconds, because the process was stopped
   * or the machine slept; -Infinity if it never has. Nobody could be heard in that time.
   */
  readonly awakeSince: number
  /** The wall clock's time of a moment, in ms since the epoch, for what is shown, sent or stored. */
  wallTimeOf(moment: number): number
  /**
   * Calls back once `now()` has moved by `ms`; after a sleep, within a second of waking. Returns a function that
   * cancels it. Never keeps the process alive.
   */
  after(ms: number, callback: () => void): () => void
}

/** Converts moments to the wall clock. */
export type WallTimes = Pick<Clock, 'wallTimeOf'>
