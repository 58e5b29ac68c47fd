import { setTimeout as sleep } from 'node:timers/promises'

/** What is not said within this time after the last word is not said at all: longer than a burst. */
const usualQuietMs = 2000
const lookMs = 50

/** For what to wait, beside quiet. Durations in ms. */
interface Patience {
  /** Whether all is there that is waited for; told how long it was waited. */
  readonly isComplete?: (waitedMs: number) => boolean
  readonly quietMs?: number
  /** What is not quiet after this will not be. */
  readonly longestMs?: number
}

/**
 * Waits until a screen reader has said all that it has to say.
 * @param quietFor for how long nothing has been said until now, ms
 * @throws Error where it goes on and on, or has to do something without an end
 */
export async function waitForQuiet(
  quietFor: () => number,
  { isComplete = () => true, quietMs = usualQuietMs, longestMs = 60_000 }: Patience = {},
): Promise<void> {
  const begun = Date.now()
  for (;;) {
    const waitedMs = Date.now() - begun
    if (Math.min(quietFor(), waitedMs) >= quietMs && isComplete(waitedMs)) return
    if (waitedMs > longestMs) throw new Error(`The screen reader was not quiet after ${longestMs / 1000} seconds`)
    await sleep(lookMs)
  }
}
