/**
 * What the chat engine in memory costs: memory a message, processor time of an expiry and of a join, and how late messages
 * go. Each measurement is a process of its own, with the flags of `npm start`.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nodeFlags } from '../scripts/node-flags.mjs'
import { root } from '../scripts/process.mjs'
import { build } from '../scripts/setup.mjs'

const rounds = 3
const program = join(root, 'bench', 'server', 'engine-load.mjs')

/** Lets a process do one of the works of the engine's load; resolves with what it measured. */
async function run(work, count, perRoom = 1_000) {
  const child = fork(program, [work, String(count), String(perRoom)], { execArgv: [...nodeFlags, '--expose-gc'] })
  const [measured] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${work} of ${count} ended with ${code}`))),
  ])
  return measured
}

/** The same, in as many processes as there are rounds, one after the other. */
async function runRounds(work, count, perRoom) {
  const measured = []
  for (let round = 0; round < rounds; round += 1) measured.push(await run(work, count, perRoom))
  return measured
}

/** The middle of some values, with the least and the greatest. */
function figureOf(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted.at(-1) }
}

const p99 = values => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]
const written = count => count.toLocaleString('en')

/** What an expiry costs among so many messages, by turns: a machine that gets slower must not make one of them dearer. */
async function compareExpiries(counts) {
  const costs = new Map(counts.map(count => [count, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [count, measured] of costs) measured.push(...(await run('expiry', count)))
  }
  return Object.fromEntries(
    [...costs].map(([count, us]) => [`an expiry while ${written(count)} live: processor time, us`, figureOf(us)]),
  )
}

/** Each figure by its name, the median of several rounds. */
export async function measure() {
  const figures = {}
  for (const count of [100_000, 1_000_000]) {
    const taken = await runRounds('memory', count)
    figures[`a message of ${written(count)}: RSS, bytes`] = figureOf(taken.map(({ rss }) => rss))
    figures[`a message of ${written(count)}: heap, bytes`] = figureOf(taken.map(({ heap }) => heap))
  }
  const small = await runRounds('memory', 100_000, 100)
  figures['a message of 100,000 in rooms of 100: RSS, bytes'] = figureOf(small.map(({ rss }) => rss))
  Object.assign(figures, await compareExpiries([10_000, 100_000, 1_000_000]))
  const lags = await runRounds('lag', 100_000)
  figures['p99 of how late 100,000 messages go, ms'] = figureOf(lags.map(({ lags }) => p99(lags)))
  figures['the same, without waiting for a processor, ms'] = figureOf(lags.map(({ own }) => p99(own)))
  for (const count of [1_000, 10_000]) {
    const costs = await runRounds('join', count)
    figures[`a join while ${written(count)} people are here: processor time, us`] = figureOf(costs.flat())
  }
  return figures
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build()
  const rows = Object.entries(await measure()).map(([what, { median, low, high }]) => {
    return [what, { median: Number(median.toFixed(1)), low: Number(low.toFixed(1)), high: Number(high.toFixed(1)) }]
  })
  console.table(Object.fromEntries(rows))
}
