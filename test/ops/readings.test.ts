import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { LoopWatch } from '#src/ops/readings.js'

it('knows the worst lateness of the event loop since it was last asked', async () => {
  const loop = new LoopWatch()
  await pause(100)
  loop.takeWorstMs()
  await pause(100)
  const end = performance.now() + 300
  while (performance.now() < end);
  await pause(100)
  const worst = loop.takeWorstMs()
  expect(worst).toBeGreaterThan(200)
  expect(Number.isInteger(worst)).toBe(true)
  loop.stop()
  // Nothing was measured since, and a lateness is never less than none.
  expect(loop.takeWorstMs()).toBe(0)
})
