/**
 * The soak over two nodes on one Redis: 10 pairs send 10,000 messages while one of the nodes is killed every five seconds and
 * started again, and connections are cut and pages reloaded as in the soak of one process. At the end every page must show
 * what its room holds.
 */
import { build } from '../scripts/setup.mjs'
import { importBundled } from './driver/bundled.mjs'

await build()
const { soak } = await importBundled('soak')
const faults = { cutEveryMs: 1000, reloadEveryMs: 5000, killEveryMs: 5000 }
const result = await soak({ pairs: 10, messages: 10_000, pauseMs: 350, ...faults })
console.table(result)
const { stored, lost, doubled, outOfOrder, differing } = result
process.exit(stored === 10_000 && lost + doubled + outOfOrder + differing === 0 ? 0 : 1)
