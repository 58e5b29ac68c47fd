/**
 * Walks through every journey in Chromium, Firefox and WebKit. `npm run engines -- firefox webkit` takes these alone, and other
 * arguments go to Playwright.
 */
import { join } from 'node:path'
import { endWith } from './command.mjs'
import { countPlaywright, makeReportFolder, notesOf } from './playwright-report.mjs'
import { root, run } from './process.mjs'
import { build, findBrowsers, findFirefox, findWebKit, install } from './setup.mjs'

/** Finds what each engine needs, as environment variables. */
const engines = {
  chromium: findBrowsers,
  firefox: async () => ({ FIREFOX_PATH: await findFirefox() }),
  webkit: findWebKit,
}
const given = process.argv.slice(2)
const named = given.filter(name => name in engines)
const wanted = named.length > 0 ? named : Object.keys(engines)

try {
  await install()
  await build()
  const env = { NODE_ENV: 'test' }
  for (const name of wanted) Object.assign(env, await engines[name]())
  env.PLAYWRIGHT_JSON_OUTPUT_FILE = join(makeReportFolder(), 'report.json')
  const playwright = join(root, 'node_modules', '.bin', 'playwright')
  const projects = wanted.map(name => `--project=${name}`)
  const options = ['--config=test/browser-engines/playwright.config.ts', '--reporter=list,json', ...projects]
  const code = await run(playwright, ['test', ...options, ...given.filter(name => !named.includes(name))], { env })
  const { passed, failed, failures, skips } = countPlaywright(env.PLAYWRIGHT_JSON_OUTPUT_FILE)
  // Repeated at the end, which is the last part of a long output to be cut off.
  for (const gap of notesOf(env.PLAYWRIGHT_JSON_OUTPUT_FILE, 'gap')) console.log(`not done: ${gap}`)
  for (const skip of skips) console.log(`skipped: ${skip}`)
  for (const failure of failures) console.log(`failed: ${failure}`)
  console.log(`\n${passed} passed, ${failed} failed`)
  if (code !== 0 || failed > 0 || skips.length > 0 || passed === 0) process.exit(1)
} catch (error) {
  endWith(error)
}
