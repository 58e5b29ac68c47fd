/** Runs the benchmarks of bench/, each in a process of its own, and prints what they measured as a Markdown table. */
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { checkBudget } from '../bench/driver/budget.mjs'
import { budgetTable, figureTable } from '../bench/driver/report.mjs'
import { endWith, Refusal, readCall } from './command.mjs'
import { root, run } from './process.mjs'
import { build, install } from './setup.mjs'

const usage = `Usage: npm run bench -- [NAME ...] [--check] [--node VERSION]
  NAME ...         those that are named, among them the trials, which only pass or fail; all that measure without any. What they
                   measure is written to bench/results/DATE-node-VERSION.json and .md
  --check          those that bench/budget.json has limits for; ends with 1 where one is missed
  --node VERSION   on another version of Node, which npm brings`

const folder = join(root, 'bench')
const results = join(folder, 'results')
const program = name => join(folder, `${name}.mjs`)
const read = file => JSON.parse(readFileSync(file, 'utf8'))

/** A program that measures exports `measure`; the others are trials. */
const measures = name => /^export async function measure\b/m.test(readFileSync(program(name), 'utf8'))

/** The path of a Node of this version. */
function findNode(version) {
  const args = ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath']
  return execFileSync('npx', args, { cwd: root, encoding: 'utf8' }).trim()
}

/** Runs a program that measures; resolves with its figures, or null if it failed. */
async function runMeasure(name, execPath) {
  const child = fork(join(folder, 'driver', 'run.mjs'), [name], { execPath, cwd: root })
  let figures = null
  child.on('message', message => {
    figures = message
  })
  await once(child, 'close')
  return figures
}

/** The commit that is measured, with a mark if the sources differ from it; null outside of Git. */
function commitNow() {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
    return execFileSync('git', ['describe', '--always', '--dirty'], options).trim()
  } catch {
    return null
  }
}

/** Adds what was measured to the results of the day, which may hold other programs of an earlier run. */
function keep(measured, execPath) {
  const node = execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const name = join(results, `${date}-node-${node.slice(1).split('.')[0]}`)
  mkdirSync(results, { recursive: true })
  const before = existsSync(`${name}.json`) ? read(`${name}.json`) : { programs: {} }
  const machine = { processor: cpus()[0]?.model, cores: cpus().length }
  const programs = { ...before.programs, ...measured }
  writeFileSync(`${name}.json`, `${JSON.stringify({ date, node, machine, programs }, null, 2)}\n`)
  const heading = `# ${date}, Node ${node}, ${machine.cores} cores (${machine.processor})`
  writeFileSync(`${name}.md`, `${heading}\n\n${figureTable(programs)}\n`)
}

try {
  const options = { check: { type: 'boolean' }, node: { type: 'string' } }
  const { values, words: positionals } = readCall(usage, options, { mostWords: Number.POSITIVE_INFINITY })
  await install()
  await build()
  // What the product is compared with: only the benchmarks need it.
  await install(join(folder, 'peers'))
  const all = readdirSync(folder)
    .filter(file => file.endsWith('.mjs'))
    .map(file => file.slice(0, -'.mjs'.length))
  const unknown = positionals.filter(name => !all.includes(name))
  if (unknown.length > 0) throw new Refusal(`bench/ holds no ${unknown.join(', ')}; it holds ${all.join(', ')}`)
  const execPath = values.node === undefined ? process.execPath : findNode(values.node)
  const measured = {}
  const budget = read(join(folder, 'budget.json'))
  const wanted = name => (values.check ? budget.some(({ program }) => program === name) : measures(name))
  for (const name of positionals.length > 0 ? positionals : all.filter(wanted)) {
    console.log(`\n${name} ...`)
    if (!measures(name)) {
      if ((await run(execPath, [program(name)])) !== 0) process.exitCode = 1
      continue
    }
    const from = Date.now()
    const figures = await runMeasure(name, execPath)
    if (figures === null) {
      console.error(`${name} failed`)
      process.exitCode = 1
      continue
    }
    const seconds = Math.round((Date.now() - from) / 1000)
    measured[name] = { commit: commitNow(), at: new Date(from).toISOString(), seconds, load: loadavg()[1], figures }
    console.log(figureTable({ [name]: measured[name] }))
    keep({ [name]: measured[name] }, execPath)
  }
  if (values.check) {
    const figures = Object.fromEntries(Object.entries(measured).map(([name, each]) => [name, each.figures]))
    const checks = checkBudget(budget, figures)
    console.log(`\n${budgetTable(checks)}`)
    const missed = checks.filter(({ isKept }) => !isKept).length
    console.log(`\n${checks.length - missed} passed, ${missed} failed`)
    if (missed > 0) process.exitCode = 1
  }
} catch (error) {
  endWith(error)
}
