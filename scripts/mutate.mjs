/** Makes small harmful edits to the sources, in copies of the project, and counts how many of them the tests catch. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCall } from './command.mjs'
import { root } from './process.mjs'
import { build, install } from './setup.mjs'

const usage = `Usage: npm run mutate -- [--count 400] [--seed 11] [--minutes 60] [--workers 3] [--folders src/chat,src/web]
                        [--file src/x.ts] [--tests test/chat,test/live]
       npm run mutate -- --list [--file src/x.ts]   lists mutants and runs nothing
       npm run mutate -- --mutant ID[,ID]           tries these alone, with all their tests
docs/testing.md says how to read what it prints. Browsers are left out.`

const threshold = 0.8
const { values: options } = readCall(usage, {
  count: { type: 'string', default: '400' },
  seed: { type: 'string', default: '11' },
  minutes: { type: 'string', default: '60' },
  workers: { type: 'string', default: '3' },
  folders: { type: 'string' },
  file: { type: 'string' },
  tests: { type: 'string', default: 'test' },
  mutant: { type: 'string' },
  list: { type: 'boolean', default: false },
})
const results = join(root, 'coverage', 'mutation')
const until = performance.now() + Number(options.minutes) * 60_000

/** Tries all mutants with as many workers as there are runners: each for a minute first, then what is left of the time. */
async function tryAll(trials, session, runners, mayTakeAll) {
  const turns = async (queue, isFirst) => {
    const say = trial =>
      console.log(`${trials.filter(session.isOver).length} of ${trials.length}: ${session.describe(trial)}`)
    await Promise.all(
      runners.map(async runner => {
        for (let trial = queue.shift(); trial; trial = queue.shift()) {
          await session.goOn(trial, runner, until, isFirst)
          if (session.isOver(trial)) say(trial)
        }
      }),
    )
  }
  await turns([...trials], !mayTakeAll)
  const open = trials.filter(trial => !session.isOver(trial))
  await turns(
    open.toSorted((a, b) => session.remainingMs(a) - session.remainingMs(b)),
    false,
  )
}

async function mutate() {
  const { readSources, usualFolders } = await import('./mutate/sources.mjs')
  const { mutantsOf } = await import('./mutate/mutants.mjs')
  const { describeMutant, describeTrial, summarize } = await import('./mutate/report.mjs')
  const sources = readSources(['src'])
  const folders = options.file ? [options.file] : (options.folders?.split(',') ?? usualFolders)
  const searched = options.mutant ? sources : readSources(folders)
  const all = [...searched].flatMap(([path, text]) => mutantsOf(path, text))
  if (options.list) {
    for (const mutant of all) console.log(describeMutant(mutant))
    console.log(`${all.length} mutants`)
    return 0
  }

  const { shuffle } = await import('./mutate/sample.mjs')
  const { compiling } = await import('./mutate/type-check.mjs')
  const { TestRunner } = await import('./mutate/test-runner.mjs')
  const { collectCoverage, markAll } = await import('./mutate/coverage.mjs')
  const { Trials } = await import('./mutate/trial.mjs')
  const named = options.mutant?.split(',')
  const mutants = named
    ? all.filter(({ id }) => named.includes(id))
    : await compiling(shuffle(all, Number(options.seed)), sources, Number(options.count))
  if (mutants.length === 0) throw new Error('There is no such mutant')
  console.log(`${mutants.length} mutants of ${all.length}; seed ${options.seed}`)
  const runners = Array.from(
    { length: Math.min(Number(options.workers), named ? mutants.length : 99) },
    () => new TestRunner(),
  )
  // Whoever stops the run leaves no process behind.
  process.once('exit', () => runners.forEach(runner => void runner.close()))
  const coverage = await collectCoverage(
    sources,
    runners,
    options.tests.split(','),
    join(results, 'coverage.json'),
    console.log,
  )
  for (const [file, { passed, failure, except }] of coverage) {
    for (const what of passed ? except : [failure])
      console.log(`left out, as it fails without any change: ${file}: ${what}`)
  }
  const session = new Trials(sources, coverage, markAll(sources, '').regions)
  session.describe = describeTrial
  const trials = mutants.map(mutant => session.begin(mutant))
  await tryAll(trials, session, runners, Boolean(named))
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'report.json'), JSON.stringify({ options, trials }, null, 2))
  for (const text of summarize(trials)) console.log(text)
  return trials.filter(({ status }) => status !== 'survived').length >= trials.length * threshold ? 0 : 1
}

try {
  await install()
  await build()
  process.exit(await mutate())
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
