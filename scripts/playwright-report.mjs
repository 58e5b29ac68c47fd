/** Reads what Playwright's JSON reporter has written. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Makes an empty folder for reports, which goes when this process ends. */
export function makeReportFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-reports-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const readReport = file => JSON.parse(readFileSync(file, 'utf8'))
export const firstLine = text => (text ?? '').split('\n', 1)[0]

/** Every test of a report, once for each project, with the file and the title of what it stands in. */
function testsOf({ suites }) {
  const specsOf = suite => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)]
  return suites.flatMap(specsOf).flatMap(({ file, title, tests }) => tests.map(test => ({ ...test, file, title })))
}

const nameOf = ({ projectName, file, title }) => `[${projectName}] ${file} ${title}`

/**
 * The counts of a report, its failures with what went wrong first, and the names of what was skipped. What goes wrong outside of all
 * tests, such as in what they share, counts as failed.
 */
export function countPlaywright(file) {
  const report = readReport(file)
  const { expected, unexpected, flaky, skipped } = report.stats
  const tests = testsOf(report)
  const reasonOf = error => firstLine(stripVTControlCharacters(error?.message ?? ''))
  return {
    passed: expected,
    failed: unexpected + flaky + report.errors.length,
    skipped,
    failures: [
      ...tests
        .filter(({ status }) => status === 'unexpected' || status === 'flaky')
        .map(test => `${nameOf(test)}: ${reasonOf(test.results.at(-1)?.error)}`),
      ...report.errors.map(reasonOf),
    ],
    skips: tests.filter(({ status }) => status === 'skipped').map(nameOf),
  }
}

/** What tests have noted under a type, each sentence once. */
export function notesOf(file, type) {
  const notes = testsOf(readReport(file)).flatMap(({ annotations }) => annotations)
  return [...new Set(notes.filter(note => note.type === type).map(({ description }) => description))]
}
