/**
 * Does to servers of its own, with chats going on, what may happen to them: stops, kills, full disks, bad connections. Prints
 * what was lost, doubled or late, and what people were told; exits with 1 if a promise was broken.
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
  const { passed, failed } = await chaos(plan)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
} catch (error) {
  console.error(error)
  process.exit(1)
}
