import { describe, expect, it, onTestFinished } from 'vitest'
import { SharedClock } from '#src/backends/redis/shared-clock.js'
import { FakeClock } from '../../support/fake-clock.js'

/** A clock over a Redis whose time is `redis.ms` and takes `redis.tripMs` each way to be told. */
async function start() {
  const local = new FakeClock(1_000_000)
  const redis = { ms: 5_000_000, tripMs: 0, isAway: false }
  const link = {
    call: async () => {
      if (redis.isAway) throw new Error('away')
      local.jump(redis.tripMs)
      redis.ms += redis.tripMs
      const answer = [Buffer.from(`${Math.floor(redis.ms / 1000)}`), Buffer.from(`${(redis.ms % 1000) * 1000}`)]
      local.jump(redis.tripMs)
      redis.ms += redis.tripMs
      return answer
    },
  }
  const clock = await SharedClock.start(link, local)
  onTestFinished(() => clock.stop())
  return { clock, local, redis }
}

describe('the clock of a node', () => {
  it('tells the time of Redis, whatever that of its machine is', async () => {
    const { clock, local } = await start()
    expect([clock.now(), clock.wallTimeOf(clock.now())]).toEqual([5_000_000, 5_000_000])
    local.jump(1234)
    expect(clock.now()).toBe(5_001_234)
  })

  it('is off by no more than what it takes to ask', async () => {
    const { clock, redis } = await start()
    redis.tripMs = 40
    await clock.ask()
    expect(Math.abs(clock.now() - redis.ms)).toBeLessThanOrEqual(40)
  })

  it('asks again every ten seconds, and goes on by itself while there is no answer', async () => {
    const { clock, local, redis } = await start()
    redis.isAway = true
    await local.advance(10_000)
    expect(clock.now()).toBe(5_010_000)
    redis.isAway = false
    redis.ms = 5_030_000
    await local.advance(10_000)
    expect(clock.now()).toBe(5_030_000)
  })

  it('waits where it was a little ahead, and follows where Redis was set back', async () => {
    const { clock, local, redis } = await start()
    expect(clock.now()).toBe(5_000_000)
    redis.ms = 4_999_500
    await clock.ask()
    expect(clock.now()).toBe(5_000_000)
    local.jump(400)
    expect(clock.now()).toBe(5_000_000)
    local.jump(200)
    expect(clock.now()).toBe(5_000_100)
    redis.ms = 4_000_000
    await clock.ask()
    expect(clock.now()).toBe(4_000_000)
  })
})
