/**
 * Lets a day pass in minutes on a server of its own, with lives of seconds: people register, log in and out, chat, send
 * pictures, lose connections, end chats. Then everything expires. Prints what the server held before and after, and exits with
 * 1 if memory rose or anything else did not come back to where it was.
 *
 *   npm run soak                a day of 24 hours, within 8 minutes
 *   npm run soak -- --short     one of its hours, which is too short to judge memory by, as npm test does
 */
import { parseArgs } from 'node:util'
import { build, install } from './setup.mjs'

try {
  const { values } = parseArgs({ options: { short: { type: 'boolean' } } })
  await install()
  await build()
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  const { soak } = await importBundled('../soak/soak')
  const { passed, failed } = await soak(values.short === true, line => console.log(line))
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
} catch (error) {
  console.error(error)
  process.exit(1)
}
