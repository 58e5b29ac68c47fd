import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { countPlaywright } from '../scripts/playwright-report.mjs'
import { scratchFolder } from './support/leftovers.js'

/** Reads a report with one test of each kind, and an error outside of them. Its form: https://playwright.dev/docs/api/class-reporter */
function countOneOfEach() {
  const folder = scratchFolder('report')
  onTestFinished(() => folder.remove())
  const specOf = (status: string, message?: string) => ({
    file: 'a.spec.ts',
    title: `is ${status}`,
    tests: [{ projectName: 'webkit', status, annotations: [], results: message ? [{ error: { message } }] : [] }],
  })
  const specs = [specOf('expected'), specOf('unexpected', 'too late\nat a line'), specOf('flaky', 'at times')]
  const suites = [{ specs, suites: [{ specs: [specOf('skipped')] }] }]
  const stats = { expected: 1, unexpected: 1, flaky: 1, skipped: 1 }
  const file = join(folder.path, 'report.json')
  writeFileSync(file, JSON.stringify({ stats, suites, errors: [{ message: 'no server' }] }))
  return countPlaywright(file)
}

it('a report of browsers counts as failed what passed at the second try, and what went wrong outside of tests', () => {
  expect(countOneOfEach()).toMatchObject({ passed: 1, failed: 3, skipped: 1 })
})

it('a report of browsers names what failed, with the first line of why, and what was skipped', () => {
  const { failures, skips } = countOneOfEach()
  expect(failures).toEqual([
    '[webkit] a.spec.ts is unexpected: too late',
    '[webkit] a.spec.ts is flaky: at times',
    'no server',
  ])
  expect(skips).toEqual(['[webkit] a.spec.ts is skipped'])
})
