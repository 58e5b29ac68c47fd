/** Finds out which regions of the sources each test file enters, and what it takes. Kept until a source or test changes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow, fingerprint } from '../freshness.mjs'
import { root } from '../process.mjs'
import { markRegions } from './regions.mjs'

/** What a test file may take when nothing is known of it yet. */
const unknown = { ms: 60_000, slowestMs: 20_000 }

/**
 * Code for the head of each source: `__enter(id)` writes each id once to a file, at once, as many a process that tests begin is
 * killed. What cannot be written, since descriptors have run out, is tried again the next time.
 */
const prelude = file =>
  [
    'globalThis.__enter ??= (() => {',
    "const { appendFileSync } = process.getBuiltinModule('node:fs');",
    'const entered = new Set();',
    'return id => { if (entered.has(id)) return;',
    `try { appendFileSync(${JSON.stringify(file)}, id + '\\n'); entered.add(id) } catch {} } })();`,
  ].join(' ')

/** All sources with their regions marked, and the regions of each, by path. */
export function markAll(sources, file) {
  const codes = new Map()
  const regions = new Map()
  let next = 0
  for (const [path, text] of sources) {
    const marked = markRegions(path, text, next, 'globalThis.__enter')
    codes.set(path, prelude(file) + marked.code)
    regions.set(path, marked.regions)
    next += marked.regions.length
  }
  return { codes, regions }
}

/** What a test file's coverage depends on: all sources, all that tests share, and the file itself. */
function keysOf(files) {
  const isTest = path => path.endsWith('.test.ts')
  const shared = ['src', 'test', 'views', 'locales', 'static/build'].flatMap(folder => [...filesBelow(folder)])
  const settings = [
    'package-lock.json',
    'vitest.config.ts',
    'scripts/mutate/coverage.mjs',
    'scripts/mutate/regions.mjs',
  ].map(name => join(root, name))
  const print = fingerprint([...shared.filter(path => !isTest(path)), ...settings])
  return new Map(files.map(file => [file, `${print} ${fingerprint([join(root, file)])}`]))
}

const numbersIn = file =>
  existsSync(file) ? [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number))] : []

/** Runs one test file over marked sources; once more without what failed, as some tests measure what else the machine does. */
async function cover(runner, marks, file) {
  writeFileSync(marks, '')
  let outcome = await runner.run(file, unknown, 0)
  const except = outcome.failing
  if (!outcome.passed) outcome = await runner.run(file, { ...unknown, except }, 0)
  const { passed, ms, slowestMs, failure } = outcome
  return { passed, ms, slowestMs, failure, except, regions: numbersIn(marks) }
}

/**
 * The coverage of each test file, by its path: `{ passed, ms, slowestMs, failure, except, regions }`.
 * @param {Map<string, string>} sources all of them, by path
 * @param {TestRunner[]} runners whose copies hold the sources unchanged, before and after
 * @param {string[]} folders of the test files to run
 * @param {string} cache the file in which it is kept
 */
export async function collectCoverage(sources, runners, folders, cache, say) {
  await Promise.all(runners.map(runner => runner.start()))
  const files = runners[0].files.filter(file =>
    folders.some(folder => file === folder || file.startsWith(`${folder}/`)),
  )
  const keys = keysOf(files)
  const kept = existsSync(cache) ? JSON.parse(readFileSync(cache, 'utf8')) : {}
  const isKnown = file => kept[file]?.key === keys.get(file)
  const queue = files.filter(file => !isKnown(file))
  const count = queue.length
  if (count > 0) {
    mkdirSync(dirname(cache), { recursive: true })
    say(`Running ${count} test files over marked sources ...`)
    await Promise.all(
      runners.map(async runner => {
        const marks = runner.copy.notes
        await runner.write(markAll(sources, marks).codes)
        for (let file = queue.shift(); file; file = queue.shift()) {
          kept[file] = { key: keys.get(file), ...(await cover(runner, marks, file)) }
          writeFileSync(cache, JSON.stringify(kept))
          say(`${count - queue.length} of ${count}: ${file}, ${Math.round(kept[file].ms / 1000)} s`)
        }
        await runner.write(sources)
        runner.stop()
      }),
    )
  }
  return new Map(files.map(file => [file, kept[file]]))
}
