import { expect, it } from 'vitest'
import { fuzzConnections } from '../support/api/fuzz-connections.js'

// npm run fuzz sets this to a tenth of its inputs.
const inputs = Number(process.env.FUZZ_CONNECTIONS ?? 1000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
const megabyte = 1024 * 1024

it(`survives ${inputs} bad connections (seed ${seed})`, { timeout: 60_000 + 100 * inputs }, async () => {
  const start = performance.now()
  const { outcomes, faults, before, after } = await fuzzConnections(inputs, seed)
  const inMegabytes = (bytes: number) => Math.round(bytes / megabyte)
  const memory = [before, after].map(({ rss, heapUsed }) => `rss ${inMegabytes(rss)}, heap ${inMegabytes(heapUsed)} MB`)
  const seconds = Math.round((performance.now() - start) / 1000)
  process.stdout.write(`${inputs} connections in ${seconds} s; ${memory.join(' -> ')}; ${JSON.stringify(outcomes)}\n`)
  expect(faults).toEqual([])
  expect(outcomes.answered).toBeGreaterThan(inputs / 10)
  expect(outcomes.answered + outcomes.silent).toBe(inputs)
  expect(after.rss - before.rss).toBeLessThan(64 * megabyte)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(16 * megabyte)
})
