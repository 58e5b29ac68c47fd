/**
 * Runs test files of the project in whose folder it is started, one at a time, for its parent: a vitest that stays, which saves
 * its start. Gets `{ file, changed, timeoutMs, bail, except }`, the last being names of tests that are left out, and answers
 * `{ passed, ms, slowestMs, failure, failing }`.
 */
import { join } from 'node:path'
import { createVitest } from 'vitest/node'

const folder = process.cwd()
/** What has to have the machine for itself would fail beside other workers, and whole commands would take long (vitest.config.ts). */
const apart = ['alone', 'commands']
const vitest = await createVitest('test', {
  root: folder,
  watch: false,
  maxWorkers: 1,
  reporters: [{}],
  disableConsoleIntercept: true,
})
await vitest.standalone()
const specifications = (await vitest.globTestSpecifications()).filter(({ project }) => !apart.includes(project.name))
const pathOf = ({ moduleId }) => moduleId.slice(folder.length + 1)

/** The first thing that failed, in one line. */
function failureOf({ testModules, unhandledErrors }) {
  for (const module of testModules) {
    for (const test of module.children.allTests('failed')) {
      return `${test.fullName}: ${test.result().errors?.[0]?.message ?? ''}`.split('\n', 1)[0]
    }
    for (const { message } of module.errors()) return message.split('\n', 1)[0]
    if (!module.ok()) return 'a hook failed'
  }
  return String(unhandledErrors[0]?.message ?? unhandledErrors[0]).split('\n', 1)[0]
}

const escaped = text => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')

/** A pattern of all names but these; vitest matches the names of a test's groups and its own, with spaces between. */
const patternWithout = names => (names.length > 0 ? new RegExp(`^(?!(?:${names.map(escaped).join('|')})$)`) : undefined)
const nameOf = test => test.fullName.replaceAll(' > ', ' ')

async function runFile({ file, changed, timeoutMs, bail, except }) {
  for (const path of changed) vitest.invalidateFile(join(folder, path))
  for (const project of vitest.projects) {
    project.config.testTimeout = timeoutMs
    project.config.hookTimeout = timeoutMs
    project.config.bail = bail
  }

  const from = performance.now()
  const isAsked = each => pathOf(each) === file
  const outcome = await vitest.runTestSpecifications(
    specifications
      .filter(isAsked)
      .map(({ project, moduleId }) =>
        project.createSpecification(moduleId, { testNamePattern: patternWithout(except) }),
      ),
  )
  const { unhandledErrors } = outcome
  // Those of earlier runs are in it too.
  const testModules = outcome.testModules.filter(isAsked)
  const passed = testModules.length > 0 && testModules.every(module => module.ok()) && unhandledErrors.length === 0
  const durations = testModules.flatMap(({ children }) =>
    [...children.allTests()].map(test => test.diagnostic()?.duration ?? 0),
  )
  return {
    passed,
    ms: Math.round(performance.now() - from),
    slowestMs: Math.round(Math.max(0, ...durations)),
    failing: testModules.flatMap(({ children }) => [...children.allTests('failed')].map(nameOf)),
    failure: passed ? null : failureOf({ testModules, unhandledErrors }),
  }
}

process.on('message', async request => process.send(await runFile(request)))
process.on('disconnect', () => process.exit())
process.send({ files: [...new Set(specifications.map(pathOf))] })
