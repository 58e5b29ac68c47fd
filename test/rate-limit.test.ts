import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { type Counters, RateLimit } from '#src/rate-limit.js'
import { MemorySharedStore } from '#src/shared-store/memory-store.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { FakeClock } from './support/fake-clock.js'
import { linkTo } from './support/redis-link.js'
import { startRedisServer } from './support/redis-server.js'

const linkOf = linkTo(startRedisServer)
let stores = 0

/** Where limits may count, and what waits until all that was asked so far is answered. */
const places: Readonly<Record<string, (clock: FakeClock) => { counters: Counters; settle: () => Promise<void> }>> = {
  memory: clock => ({ counters: new MemorySharedStore(clock), settle: async () => {} }),
  Redis: clock => {
    stores += 1
    const options = { link: linkOf(), secret: 'a secret of the tests', space: `${stores}-`, now: () => clock.now() }
    // A script that Redis does not know yet is asked for twice.
    const settle = async () => {
      for (let pings = 0; pings < 3; pings += 1) await linkOf().call('PING')
    }
    return { counters: new RedisSharedStore(options), settle }
  },
}

describe.each(Object.entries(places))('a limit that is counted in %s', (_place, open) => {
  function make(limit: number, longestWaitMs = 0) {
    const clock = new FakeClock()
    const { counters, settle } = open(clock)
    const advance = async (ms: number) => {
      await settle()
      await clock.advance(ms)
      await settle()
    }
    return {
      limit: new RateLimit({ name: 'test', windowMs: 1000, limit, longestWaitMs }, clock, counters),
      clock,
      advance,
    }
  }

  it('lets its number pass and says when to come back', async () => {
    const { limit, clock } = make(2)
    expect(await limit.hit('a')).toMatchObject({ allowed: true, remaining: 1, retryAfterMs: 0, limit: 2 })
    clock.jump(300)
    expect(await limit.hit('a')).toMatchObject({ allowed: true, remaining: 0 })
    expect(await limit.hit('a')).toMatchObject({ allowed: false, remaining: 0, retryAfterMs: 700 })
    expect(await limit.hit('a')).toMatchObject({ allowed: false, resetAfterMs: 700 })
  })

  it('lets everything pass again when the window is over, however often was tried', async () => {
    const { limit, clock } = make(1)
    await limit.hit('a')
    for (let tries = 0; tries < 20; tries++) {
      expect(await limit.hit('a')).toMatchObject({ allowed: false })
      clock.jump(49)
    }
    clock.jump(20)
    expect(await limit.hit('a')).toMatchObject({ allowed: true })
  })

  it('counts each of many hits of one tick', async () => {
    const { limit } = make(5)
    const results = await Promise.all(Array.from({ length: 8 }, async () => limit.hit('a')))
    expect(results.map(result => result.allowed)).toEqual([true, true, true, true, true, false, false, false])
    expect(results.map(result => result.remaining)).toEqual([4, 3, 2, 1, 0, 0, 0, 0])
  })

  it('counts each key by itself', async () => {
    const { limit } = make(1)
    await limit.hit('a')
    expect(await limit.hit('b')).toMatchObject({ allowed: true })
    expect(await limit.hit('a')).toMatchObject({ allowed: false })
  })

  it('takes a hit back, and forgets a key', async () => {
    const { limit } = make(1)
    await limit.hit('a')
    await limit.refund('a')
    expect(await limit.hit('a')).toMatchObject({ allowed: true })
    expect(await limit.hit('a')).toMatchObject({ allowed: false })
    await limit.reset('a')
    expect(await limit.hit('a')).toMatchObject({ allowed: true })
  })

  it('owes nothing for a refund of what it never counted', async () => {
    const { limit } = make(1)
    await limit.refund('a')
    expect(await limit.hit('a')).toMatchObject({ allowed: true })
    expect(await limit.hit('a')).toMatchObject({ allowed: false })
  })

  describe('and lets one too many wait', () => {
    /** Makes this many requests at once; resolves with how each ended, in the order of their ends. */
    function ask(limit: RateLimit, times: number): string[] {
      const ended: string[] = []
      for (let index = 0; index < times; index++) {
        limit.takeTurn('a').then(
          () => ended.push(`${index}`),
          (error: unknown) => ended.push(error instanceof ChatError ? `${index} ${error.code}` : String(error)),
        )
      }
      return ended
    }

    it('lets them pass in their order, so many a window, and refuses those that would wait too long', async () => {
      const { limit, advance } = make(2, 2000)
      const ended = ask(limit, 7)
      await advance(0)
      expect(ended.splice(0)).toEqual(['0', '1', '6 rate_limited'])
      await advance(999)
      expect(ended).toEqual([])
      await advance(1)
      expect(ended.splice(0)).toEqual(['2', '3'])
      await advance(1000)
      expect(ended).toEqual(['4', '5'])
    })

    it('lets nobody pass at once before those who wait, and forgets none of them', async () => {
      const { limit, advance } = make(1, 3000)
      const ended = ask(limit, 4)
      await advance(1500)
      expect(await limit.hit('a')).toMatchObject({ allowed: false, retryAfterMs: 2500 })
      await advance(1500)
      expect(ended).toHaveLength(4)
      expect(await limit.hit('a')).toMatchObject({ allowed: false })
      await advance(1000)
      expect(await limit.hit('a')).toMatchObject({ allowed: true })
    })

    it('says when one more would be let wait', async () => {
      const { limit } = make(1, 1000)
      ask(limit, 2)
      await expect(limit.takeTurn('a')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1000 })
    })
  })
})

describe('what a limit holds', () => {
  it('stays small under a flood of keys, and they go with their windows', async () => {
    const before = await heapAfter('')
    const flooded = await heapAfter('for (let i = 0; i < 400_000; i++) limit.hit("key of a flood " + i)')
    const later = await heapAfter(
      'for (let i = 0; i < 90_000; i++) limit.hit("key of a flood " + i); await sleep(1100)',
    )
    expect(flooded - before).toBeLessThan(40e6)
    expect(later - before).toBeLessThan(4e6)
  })

  it('does not keep the process alive', async () => {
    await expect(heapAfter('limit.hit("a")')).resolves.toBeGreaterThan(0)
  })
})

/** The heap size of a separate process that makes a limit, runs `code`, and must then end by itself. */
async function heapAfter(code: string): Promise<number> {
  const program = `
    import { setTimeout as sleep } from 'node:timers/promises'
    import { SystemClock } from '${new URL('../dist/ops/system-clock.js', import.meta.url).href}'
    import { RateLimit } from '${new URL('../dist/rate-limit.js', import.meta.url).href}'
    const options = { name: 'x', windowMs: ${code.includes('sleep') ? 500 : 60_000}, limit: 5 }
    const limit = new RateLimit(options, new SystemClock(() => {}))
    ${code}
    gc()
    console.log(process.memoryUsage().heapUsed)`
  const args = ['--expose-gc', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 })
  return Number(stdout)
}
