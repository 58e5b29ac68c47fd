/**
 * Lost connections over two nodes on one Redis: ten times, 10 pairs send 1,000 messages while one of the nodes is killed every five
 * seconds and started again, and connections are cut and pages reloaded. A room has no more messages than a page shows; at the
 * end of each round every page must show what its room holds.
 */
import { build } from '../scripts/setup.mjs'
import { importBundled } from './driver/bundled.mjs'

await build()
const { chatThroughCuts } = await importBundled('cuts')
const plan = {
  pairs: 10,
  messages: 1000,
  pauseMs: 400,
  cutEveryMs: 500,
  reloadEveryMs: 2000,
  killEveryMs: 5000,
  quietMs: 60_000,
}
const total = {}
for (let round = 1; round <= 10; round += 1) {
  const result = await chatThroughCuts(plan)
  for (const [name, count] of Object.entries(result)) total[name] = (total[name] ?? 0) + count
  console.log(`Round ${round}:`, JSON.stringify(result))
}
console.table(total)
const { stored, lost, doubled, outOfOrder, differing } = total
process.exit(stored === 10_000 && lost + doubled + outOfOrder + differing === 0 ? 0 : 1)
