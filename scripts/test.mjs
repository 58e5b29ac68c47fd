/**
 * Runs everything: types, lint, unit, engine, HTTP, socket and browser tests, after its own set-up. `--without-browsers` leaves
 * out the last.
 */
import { join, relative } from 'node:path'
import { overNodes, twoNodes } from './over-nodes.mjs'
import { countPlaywright, firstLine, makeReportFolder, readReport } from './playwright-report.mjs'
import { root, run } from './process.mjs'
import { build, findBrowsers, findRedisServer, install } from './setup.mjs'

const withBrowsers = !process.argv.includes('--without-browsers')
const bin = name => join(root, 'node_modules', '.bin', name)
const reports = makeReportFolder()

/** Reads the counts and failures from a runner's JSON report. A runner without a report has failed. */
function countVitest(file) {
  const report = readReport(file)
  const tests = report.testResults.flatMap(({ name, message, status, assertionResults }) => [
    ...assertionResults.map(test => ({ ...test, name })),
    // A file that could not be loaded has no tests that could fail.
    ...(status === 'failed' && assertionResults.length === 0
      ? [{ status, fullName: '', failureMessages: [message], name }]
      : []),
  ])
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: tests
      .filter(({ status }) => status === 'failed')
      .map(
        ({ name, fullName, failureMessages }) =>
          `${relative(root, name)} ${fullName}: ${firstLine(failureMessages[0])}`,
      ),
  }
}

try {
  await install()
  await build()
  const programs = { REDIS_SERVER_PATH: await findRedisServer(), ...(withBrowsers ? await findBrowsers() : {}) }
  const { check } = await import('./check.mjs')
  await check()

  const total = { passed: 0, failed: 0, skipped: 0 }
  const failures = []
  let broken = false
  const suites = [
    { name: 'vitest', program: 'vitest', args: ['run'], count: countVitest },
    { name: 'nodes', program: 'vitest', args: overNodes, count: countVitest, settings: twoNodes },
    { name: 'playwright', program: 'playwright', args: ['test', '--reporter=list,json'], count: countPlaywright },
  ].filter(({ program }) => withBrowsers || program !== 'playwright')
  for (const { name, program, args: given, count, settings = {} } of suites) {
    const file = join(reports, `${name}.json`)
    const env = { ...programs, ...settings, PLAYWRIGHT_JSON_OUTPUT_FILE: file, NODE_ENV: 'test' }
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const args = program === 'vitest' ? [...given, ...reporters] : given
    if ((await run(bin(program), args, { env })) !== 0) broken = true
    const counts = count(file)
    for (const key of Object.keys(total)) total[key] += counts[key]
    failures.push(...counts.failures)
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  // Repeated at the end, which is the last part of a long output to be cut off.
  for (const failure of failures) console.log(`failed: ${failure}`)
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
  const nothingRan = total.passed === 0
  const skippedInCi = process.env.CI === 'true' && total.skipped > 0
  if (broken || total.failed > 0 || nothingRan || skippedInCi) process.exit(1)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
