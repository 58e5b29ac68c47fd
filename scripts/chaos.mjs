/**
 * Does to servers of its own, with chats going on, what may happen to them: stops, kills, full disks, bad connections. Prints
 * what was lost, doubled or late, and what people were told.
 */
import { endWith, readCall } from './command.mjs'
import { build, install } from './setup.mjs'

const usage = `Usage: npm run chaos -- [--short] [WORD ...]
  WORD      only the faults whose names hold one of these; all of them without any
  --short   only those that take seconds, as npm test does
It takes about four minutes (--short: less than one), and 8 at the most on a busy machine. It ends with 1 if a promise was broken,
and with CI=true also if a fault could not be tried.`

try {
  const { values, words } = readCall(usage, { short: { type: 'boolean' } }, { mostWords: Number.POSITIVE_INFINITY })
  await install()
  await build()
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  const { chaos } = await importBundled('../chaos/chaos')
  const plan = { isShort: values.short === true, wanted: words, say: line => console.log(line) }
  const { passed, failed, skipped } = await chaos(plan)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  const skippedInCi = process.env.CI === 'true' && skipped > 0
  process.exit(failed > 0 || passed === 0 || skippedInCi ? 1 : 0)
} catch (error) {
  endWith(error)
}
