import { expect, it } from 'vitest'
import { fuzz } from '../support/api/fuzz.js'

// npm run fuzz sets this to 100,000.
const inputs = Number(process.env.FUZZ_INPUTS ?? 2000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
const megabyte = 1024 * 1024

it(`survives ${inputs} bad inputs (seed ${seed})`, { timeout: 60_000 + 20 * inputs }, async () => {
  const start = performance.now()
  const { outcomes, faults, before, after } = await fuzz(inputs, seed)
  const inMegabytes = (bytes: number) => Math.round(bytes / megabyte)
  const memory = [before, after].map(({ rss, heapUsed }) => `rss ${inMegabytes(rss)}, heap ${inMegabytes(heapUsed)} MB`)
  const seconds = Math.round((performance.now() - start) / 1000)
  process.stdout.write(`${inputs} inputs in ${seconds} s; ${memory.join(' -> ')}; ${JSON.stringify(outcomes)}\n`)
  expect(faults).toEqual([])
  expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(inputs)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(16 * megabyte)
})
