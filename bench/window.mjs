/**
 * What it costs the server to open, catch up with, read, join and send into a room of 2,000 messages, compared with a room
 * of 100. Measures its CPU time, with both rooms in turn in one run, and takes the median of several rounds. It fails if
 * anything costs more than 1.3 times as much.
 */
import { build } from '../scripts/setup.mjs'
import { importBundled } from './bundled.mjs'

const worst = 1.3

await build()
const { measureWindow } = await importBundled('window-cost')
const costs = await measureWindow({ rounds: 7, small: 100, big: 2000 })
console.table(
  costs.map(({ what, smallMs, bigMs, ratio }) => ({
    what,
    'ms in 100': Number(smallMs.toFixed(2)),
    'ms in 2,000': Number(bigMs.toFixed(2)),
    'times as much': Number(ratio.toFixed(2)),
  })),
)
process.exit(costs.every(({ ratio }) => ratio <= worst) ? 0 : 1)
