/**
 * Lets a day pass in minutes on a server of its own, with lives of seconds: people register, log in and out, chat, send
 * pictures, lose connections, end chats. Then everything expires. Prints what the server held before and after.
 */
import { endWith, readCall } from './command.mjs'
import { build, install } from './setup.mjs'

const usage = `Usage: npm run soak -- [--short]
  --short   one hour of the day, which is too short to judge memory by, as npm test does
It takes about six minutes (--short: less than one), and ends with 1 if memory rose or anything else did not come back to where it
was.`

try {
  const { values } = readCall(usage, { short: { type: 'boolean' } })
  await install()
  await build()
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  const { soak } = await importBundled('../soak/soak')
  const { passed, failed } = await soak(values.short === true, line => console.log(line))
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
} catch (error) {
  endWith(error)
}
