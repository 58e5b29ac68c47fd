/**
 * Lost connections: 50 pairs send 10,000 messages while a connection is cut every 100 ms and a page is reloaded every 500 ms. At
 * the end every page must show what its room holds.
 */
import { build } from '../scripts/setup.mjs'
import { importBundled } from './driver/bundled.mjs'

await build()
const { chatThroughCuts } = await importBundled('cuts')
const result = await chatThroughCuts({ pairs: 50, messages: 10_000, cutEveryMs: 100, reloadEveryMs: 500, pauseMs: 300 })
console.table(result)
const { lost, doubled, outOfOrder, differing } = result
process.exit(lost + doubled + outOfOrder + differing > 0 ? 1 : 0)
