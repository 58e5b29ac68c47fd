import { execFile } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { MemoryAccountStore } from '#src/accounts/memory-store.js'
import { Passwords } from '#src/accounts/passwords.js'
import { People } from '#src/accounts/people.js'
import { FakeClock } from '../fake-clock.js'

const quick = new Passwords({ cost: 4 })
const real = new Passwords({ cost: 10 })

afterAll(() => Promise.all([quick.close(), real.close()]))

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function demoPeople(): Promise<People> {
  const people = new People({
    store: new MemoryAccountStore(),
    passwords: real,
    directory: 'open',
    clock: new FakeClock(),
  })
  await people.addDemoAccounts()
  return people
}

describe('passwords', () => {
  it('are known again by their hash, which is another each time', async () => {
    const [one, two] = await Promise.all([quick.hash('correct horse'), quick.hash('correct horse')])
    expect(one).toMatch(/^\$2b\$04\$.{53}$/)
    expect(one).not.toBe(two)
    expect(await quick.verify('correct horse', one)).toBe(true)
    expect(await quick.verify('Correct horse', one)).toBe(false)
    expect(await quick.verify('', one)).toBe(false)
    expect(await real.verify('correct horse', two)).toBe(true)
    // What makes them slow to try.
    expect(await real.hash('correct horse')).toMatch(/^\$2b\$10\$/)
  })

  it('match no dummy hash', async () => {
    expect(await quick.verify('', quick.dummyHash())).toBe(false)
    expect(await quick.verify('x', quick.dummyHash())).toBe(false)
  })

  it('are refused when too many wait, and those that wait still come out right', async () => {
    const crowd = Array.from({ length: 800 }, () => quick.hash('correct horse'))
    const outcomes = await Promise.allSettled(crowd)
    const refused = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThan(400)
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'server_busy', retryAfterMs: 1000 })
    await expect(quick.hash('correct horse')).resolves.toBeDefined()
  })

  it('are refused once closed', async () => {
    const closing = new Passwords({ cost: 10 })
    const waiting = Promise.allSettled(Array.from({ length: 20 }, () => closing.hash('correct horse')))
    await closing.close()
    for (const outcome of await waiting) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'server_busy' })
    }
    await expect(closing.hash('correct horse')).rejects.toMatchObject({ code: 'server_busy' })
  })

  it('need no thread before there is work, and keep no process alive after it', async () => {
    const program = `
      import { Passwords } from '${new URL('../../dist/accounts/passwords.js', import.meta.url).href}'
      const passwords = new Passwords({ cost: 4 })
      await passwords.verify('correct horse', await passwords.hash('correct horse'))`
    const args = ['--input-type=module', '--eval', program]
    await expect(promisify(execFile)(process.execPath, args, { timeout: 15_000 })).resolves.toMatchObject({
      stderr: '',
    })
  })
})

describe('the time it takes to log in', () => {
  it('is not taken from everyone else', async () => {
    const people = await demoPeople()
    const before = performance.eventLoopUtilization()
    const start = performance.now()
    const logIns = Array.from({ length: 20 }, () => people.logIn('alice@example.com', 'password123'))
    await Promise.all(logIns)
    // Hashed in the event loop, it would be busy all the time: what it is busy for does not depend on the machine's load.
    expect(performance.now() - start).toBeGreaterThan(200)
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.3)
  })

  it('does not tell whether an address has an account', { retry: 3 }, async () => {
    const people = await demoPeople()
    const times = { 'alice@example.com': [] as number[], 'nobody@example.com': [] as number[] }
    for (let round = 0; round < 16; round++) {
      for (const email of ['alice@example.com', 'nobody@example.com'] as const) {
        const start = performance.now()
        await expect(people.logIn(email, 'a wrong password')).rejects.toMatchObject({ code: 'unauthenticated' })
        if (round > 0) times[email].push(performance.now() - start)
      }
    }
    const ratio = median(times['nobody@example.com']) / median(times['alice@example.com'])
    expect(ratio).toBeGreaterThan(0.75)
    expect(ratio).toBeLessThan(1.25)
  })
})
