import { expect, test } from 'vitest'
import { WindowCounters } from '#src/shared-store/window-counters.js'
import { FakeClock } from '../support/fake-clock.js'

const window = { name: 'test', windowMs: 1000, limit: 1 }

test('keys that are hit are counted through a flood of others, and those hit longest ago are forgotten', () => {
  const counters = new WindowCounters(window, new FakeClock())
  for (const key of ['busy', 'idle']) counters.count(key, 0)
  for (let others = 0; others < 100_000; others += 1) {
    counters.count(`key ${others}`, 0)
    if (others % 10_000 === 0) counters.count('busy', 0)
  }
  expect(counters.count('busy', 0).isCounted).toBe(false)
  expect(counters.count('idle', 0).isCounted).toBe(true)
})

test('nothing runs for keys whose windows are over, nor once the counters are stopped', async () => {
  const clock = new FakeClock()
  const counters = new WindowCounters(window, clock)
  counters.count('ann', 0)
  expect(clock.waiting).toBe(1)
  await clock.advance(3000)
  expect(clock.waiting).toBe(0)
  counters.count('ann', 0)
  counters.stop()
  expect([clock.waiting, counters.count('ann', 0).isCounted]).toEqual([0, true])
})
