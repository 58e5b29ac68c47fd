/**
 * Plays scenes with the screen reader Orca in Firefox and in Chromium, and compares what it says with docs/spoken/*.txt. Ends with
 * one line, `N passed, N failed`, over both browsers.
 */
import { endWith, readCall } from './command.mjs'
import { build, findBrowsers, findFirefox, install, installScreenReader } from './setup.mjs'

const usage = `Usage: npm run spoken -- [WORD ...] [--write] [--in BROWSER]
  WORD           only the scenes whose names hold one of these; all of them without any
  --write        writes what is said into docs/spoken/, to be read by the person who changes it
  --in BROWSER   in firefox or chromium alone
It takes up to 8 minutes, and ends with 1 if anything was said otherwise.`

const findFault = ({ in: browser }) =>
  [undefined, 'firefox', 'chromium'].includes(browser)
    ? undefined
    : `"${browser}" is no browser: take firefox or chromium.`

try {
  const options = { write: { type: 'boolean' }, in: { type: 'string' } }
  const { values, words } = readCall(usage, options, { mostWords: Number.POSITIVE_INFINITY, findFault })
  await install()
  await build()
  Object.assign(process.env, await findBrowsers(), { FIREFOX_PATH: await findFirefox() })
  await installScreenReader()
  const { importBundled } = await import('../bench/driver/bundled.mjs')
  const { playAll } = await importBundled('../spoken/spoken')
  const say = line => console.log(line)
  const { passed, failed } = await playAll({ browser: values.in, wanted: words, isWriting: values.write, say })
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
} catch (error) {
  endWith(error)
}
