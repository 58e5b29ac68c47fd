import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits for work that may never end, no longer than `mostMs`. The work itself goes on.
 * @param refuse makes what is thrown then
 * @throws what the work throws, or `refuse` makes
 */
export async function inTime<T>(work: Promise<T>, mostMs: number, refuse: () => Error): Promise<T> {
  const ending = new AbortController()
  const late = delay(mostMs, undefined, { signal: ending.signal }).then(() => {
    throw refuse()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    ending.abort()
    late.catch(() => {})
  }
}
