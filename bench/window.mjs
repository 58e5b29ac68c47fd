/**
 * What it costs the server to open, catch up with, read, join and send into a room of 2,000 messages, compared with a room
 * of 100. Measures its CPU time, with both rooms in turn in one run, and takes the median of several rounds.
 */
import { importBundled } from './driver/bundled.mjs'

export async function measure() {
  const { measureWindow } = await importBundled('window-cost')
  const costs = await measureWindow({ rounds: 7, small: 100, big: 2000 })
  return Object.fromEntries(
    costs.flatMap(({ what, smallMs, bigMs, ratio }) => [
      [`${what}, in a room of 100: processor time, ms`, smallMs],
      [`${what}, in a room of 2,000: processor time, ms`, bigMs],
      [`${what}, in a room of 2,000 over one of 100`, ratio],
    ]),
  )
}
