/**
 * Plays scenes with the screen reader Orca in Firefox and in Chromium, and compares what it says with docs/spoken/*.txt. Ends with
 * one line, `N passed, N failed`, over both browsers; exits with 1 if anything was said otherwise.
 *
 *   npm run spoken                   all scenes, within 8 minutes
 *   npm run spoken -- WORDS ...      the scenes whose names hold one of these
 *   npm run spoken -- --write        writes what is said into docs/spoken/, to be read by whoever changes it
 *   npm run spoken -- --in firefox   in one browser
 */
import { parseArgs } from 'node:util'
import { build, findBrowsers, findFirefox, install, installScreenReader } from './setup.mjs'

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean' }, in: { type: 'string' } },
  })
  await install()
  await build()
  Object.assign(process.env, await findBrowsers(), { FIREFOX_PATH: await findFirefox() })
  await installScreenReader()
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  const { playAll } = await importBundled('../spoken/spoken')
  const say = line => console.log(line)
  const { passed, failed } = await playAll({ browser: values.in, wanted: positionals, isWriting: values.write, say })
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
