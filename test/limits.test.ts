import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readConfig } from '#src/config.js'
import { addressKey, createLimit, createLimits, type Limit } from '#src/limits.js'

const made: { stop(): void }[] = []

function make(limit: number, windowMs = 1000): Limit {
  const created = createLimit({ name: 'test', windowMs, limit })
  made.push(created)
  return created
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  for (const one of made.splice(0)) one.stop()
  vi.useRealTimers()
})

describe('a limit', () => {
  it('lets its number pass and says when to come back', async () => {
    const limit = make(2)
    expect(await limit.hit('a')).toMatchObject({ allowed: true, remaining: 1, retryAfterMs: 0, limit: 2 })
    vi.advanceTimersByTime(300)
    expect(await limit.hit('a')).toMatchObject({ allowed: true, remaining: 0 })
    expect(await limit.hit('a')).toMatchObject({ allowed: false, remaining: 0, retryAfterMs: 700 })
    expect(await limit.hit('a')).toMatchObject({ allowed: false, resetAt: Date.now() + 700 })
  })

  it('lets everything pass again when the window is over, however often was tried', async () => {
    const limit = make(1)
    await limit.hit('a')
    for (let tries = 0; tries < 20; tries++) {
      expect((await limit.hit('a')).allowed).toBe(false)
      vi.advanceTimersByTime(49)
    }
    vi.advanceTimersByTime(20)
    expect((await limit.hit('a')).allowed).toBe(true)
  })

  it('counts each of many hits of one tick', async () => {
    const limit = make(5)
    const results = await Promise.all(Array.from({ length: 8 }, () => limit.hit('a')))
    expect(results.map(result => result.allowed)).toEqual([true, true, true, true, true, false, false, false])
    expect(results.map(result => result.remaining)).toEqual([4, 3, 2, 1, 0, 0, 0, 0])
  })

  it('counts each key by itself', async () => {
    const limit = make(1)
    await limit.hit('a')
    expect((await limit.hit('b')).allowed).toBe(true)
    expect((await limit.hit('a')).allowed).toBe(false)
  })

  it('takes a hit back, and forgets a key', async () => {
    const limit = make(1)
    await limit.hit('a')
    await limit.refund('a')
    expect((await limit.hit('a')).allowed).toBe(true)
    expect((await limit.hit('a')).allowed).toBe(false)
    await limit.reset('a')
    expect((await limit.hit('a')).allowed).toBe(true)
  })

  it('owes nothing for a refund of what it never counted', async () => {
    const limit = make(1)
    await limit.refund('a')
    expect((await limit.hit('a')).allowed).toBe(true)
    expect((await limit.hit('a')).allowed).toBe(false)
  })
})

describe('what a limit holds', () => {
  it('stays small under a flood of keys, and they go with their windows', async () => {
    vi.useRealTimers()
    const before = await heapAfter('')
    const flooded = await heapAfter('for (let i = 0; i < 400_000; i++) await limit.hit("key of a flood " + i)')
    const later = await heapAfter(
      'for (let i = 0; i < 90_000; i++) await limit.hit("key of a flood " + i); await sleep(1100)',
    )
    expect(flooded - before).toBeLessThan(40e6)
    expect(later - before).toBeLessThan(4e6)
  })

  it('does not keep the process alive', async () => {
    vi.useRealTimers()
    await expect(heapAfter('await limit.hit("a")')).resolves.toBeGreaterThan(0)
  })
})

/** Bytes of heap of a process of its own that makes a limit, runs `code` and must then end by itself. */
async function heapAfter(code: string): Promise<number> {
  const program = `
    import { setTimeout as sleep } from 'node:timers/promises'
    import { createLimit } from '${new URL('../dist/limits.js', import.meta.url).href}'
    const limit = createLimit({ name: 'x', windowMs: ${code.includes('sleep') ? 500 : 60_000}, limit: 5 })
    ${code}
    gc()
    console.log(process.memoryUsage().heapUsed)`
  const args = ['--expose-gc', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 })
  return Number(stdout)
}

describe('the limits of the product', () => {
  it('are those of the settings, in their windows', () => {
    const limits = createLimits(readConfig({ RATE_LIMIT_UPLOADS: '7' }))
    made.push(limits)
    const { stop: _stop, ...all } = limits
    expect(Object.entries(all).map(([name, { limit, windowMs }]) => [name, limit, windowMs])).toEqual([
      ['messages', 5, 1000],
      ['api', 5, 1000],
      ['uploads', 7, 60_000],
      ['auth', 3, 60_000],
      ['authAddress', 20, 60_000],
      ['operator', 10, 60_000],
    ])
  })

  it('know an address, and a network of IPv6 as one', () => {
    expect(addressKey('192.0.2.7')).toBe('192.0.2.7')
    expect(addressKey('2001:db8:1:2::1')).toBe(addressKey('2001:db8:1:2:ffff::9'))
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:ff01:2::1'))
    expect(addressKey('::ffff:192.0.2.7')).toBe(addressKey('192.0.2.7'))
    expect(addressKey(undefined)).toBe('unknown')
  })
})
