/** The time as the domain sees it; tests give their own. */
export interface Clock {
  /**
   * This moment, in whole milliseconds: for comparing alone. It only moves forward, by sleep as well, whatever becomes of
   * the wall clock, whose time it was when the clock was made.
   */
  now(): number
  /** When a moment is by the wall clock as it stands now, milliseconds since the epoch: for what is shown, sent or stored. */
  wallTimeOf(moment: number): number
  /**
   * Calls once, when `now()` has moved by `ms` milliseconds, or after a sleep within a second of waking; the answer cancels
   * it. Never keeps the process alive.
   */
  after(ms: number, callback: () => void): () => void
}

/** What says when a moment is by the wall clock. */
export type WallTimes = Pick<Clock, 'wallTimeOf'>
