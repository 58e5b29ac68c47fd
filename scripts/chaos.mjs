/**
 * Does to servers of its own, with chats going on, what may happen to them: stops, kills, full disks, bad connections. Prints
 * what was lost, doubled or late, and what people were told; exits with 1 if a promise was broken, and with CI=true also if a
 * fault could not be tried.
 *
 *   npm run chaos                    all of it, within 8 minutes
 *   npm run chaos -- --short         what takes seconds, as npm test does
 *   npm run chaos -- WORDS ...       the faults whose names hold one of these
 */
import { parseArgs } from 'node:util'
import { build, install } from './setup.mjs'

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { short: { type: 'boolean' } } })
  await install()
  await build()
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  const { chaos } = await importBundled('../chaos/chaos')
  const plan = { isShort: values.short === true, wanted: positionals, say: line => console.log(line) }
  const { passed, failed, skipped } = await chaos(plan)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  const skippedInCi = process.env.CI === 'true' && skipped > 0
  process.exit(failed > 0 || passed === 0 || skippedInCi ? 1 : 0)
} catch (error) {
  console.error(error)
  process.exit(1)
}
