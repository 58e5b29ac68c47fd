// Long because every case of one behaviour stands here.
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { Passwords } from '#src/accounts/passwords.js'
import { People } from '#src/accounts/people.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { FakeClock } from '../support/fake-clock.js'

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
    // The cost makes them slow to guess.
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

describe('a thread that hashes passwords', () => {
  it.each(['dies', 'throws', 'hangs'])(
    'that %s answers whoever waits for it, and the next password is hashed',
    async how => {
      const failures: unknown[] = []
      const passwords = new Passwords({
        cost: 4,
        onError: error => failures.push(error),
        worker: new URL('../support/accounts/failing-password-worker.mjs', import.meta.url),
        beginningMs: 2000,
      })
      onTestFinished(() => passwords.close())
      const [failed, behind] = await Promise.allSettled([passwords.hash(how), passwords.hash('behind it')])
      expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'server_busy', retryAfterMs: 1000 } })
      expect(behind).toMatchObject({ status: 'fulfilled', value: 'hash of behind it' })
      expect(await passwords.hash('next')).toBe('hash of next')
      expect(failures).toHaveLength(1)
    },
  )

  it('that hangs does not hold up the stop, for which there are ten seconds', async () => {
    const worker = new URL('../support/accounts/failing-password-worker.mjs', import.meta.url)
    const passwords = new Passwords({ cost: 4, onError: () => {}, worker })
    const outcome = passwords.hash('hangs').catch((error: unknown) => error)
    // The job starts in the next turn of the event loop.
    await setImmediate()
    const startedAt = performance.now()
    await passwords.close()
    expect(performance.now() - startedAt).toBeLessThan(6000)
    expect(await outcome).toMatchObject({ code: 'server_busy' })
  })

  it('that cannot begin since descriptors have run out costs one log-in an answer, and no later one', async () => {
    const program = `
      import { closeSync, openSync } from 'node:fs'
      import { Passwords } from '${new URL('../../dist/accounts/passwords.js', import.meta.url).href}'
      const passwords = new Passwords({ cost: 4, onError() {} })
      const hash = () => passwords.hash('correct horse').then(() => 'hashed', ({ code }) => code)
      const taken = []
      try { for (;;) taken.push(openSync('/dev/null')) } catch (error) { console.log(error.code) }
      console.log(await hash())
      for (const descriptor of taken) closeSync(descriptor)
      console.log(await hash())`
    const command = 'ulimit -n 64; exec "$0" --input-type=module --eval "$1"'
    const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program])
    expect(stdout.trim().split('\n')).toEqual(['EMFILE', 'server_busy', 'hashed'])
  })

  it('has no more in hand than some seconds of work: at 250 ms a log-in, 500 waited two minutes', async () => {
    const passwords = new Passwords({
      cost: 10,
      onError: () => {},
      worker: new URL('../support/accounts/failing-password-worker.mjs', import.meta.url),
    })
    onTestFinished(() => passwords.close())
    const crowd = await Promise.allSettled(Array.from({ length: 500 }, () => passwords.hash('x')))
    const threads = Math.min(Math.max(availableParallelism() - 1, 1), 4)
    expect(crowd.filter(({ status }) => status === 'fulfilled')).toHaveLength(64 * threads)
    // A single job is never refused, whatever it costs.
    await expect(passwords.verify('x', `$2b$31$${'.'.repeat(53)}`)).resolves.toBe(false)
  })
})

describe('the time it takes to log in', () => {
  it('is not taken from everyone else', async () => {
    const people = await demoPeople()
    const before = performance.eventLoopUtilization()
    const start = performance.now()
    const logIns = Array.from({ length: 20 }, () => people.logIn('alice@example.com', 'password123'))
    await Promise.all(logIns)
    // If hashing ran in the event loop, the loop would be busy all the time. Its busy time does not depend on the
    // machine's load.
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

  it('does not tell which accounts are older than a change of BCRYPT_COST, nor which are disabled', async () => {
    const passwords = new Passwords({ cost: 7 })
    onTestFinished(() => passwords.close())
    const store = new MemoryAccountStore()
    const [cheap, dear] = [new Passwords({ cost: 5 }), new Passwords({ cost: 9 })]
    onTestFinished(() => Promise.all([cheap.close(), dear.close()]).then(() => {}))
    const hashes = {
      cheap: await cheap.hash('password'),
      disabled: await cheap.hash('password'),
      dear: await dear.hash('password'),
    }
    for (const [id, passwordHash] of Object.entries(hashes)) {
      const account = newAccount({ id, username: id, email: id, passwordHash, createdAt: 1 })
      await store.add({ ...account, isDisabled: id === 'disabled' })
    }
    const people = new People({ store, passwords, directory: 'open', clock: new FakeClock() })
    const spent = { cheap: [] as number[], disabled: [] as number[], dear: [] as number[], nobody: [] as number[] }
    for (let round = 0; round < 8; round++) {
      for (const email of ['cheap', 'disabled', 'dear', 'nobody'] as const) {
        // CPU time of all threads, which does not depend on what else the machine does.
        const before = process.cpuUsage()
        await expect(people.logIn(email, 'a wrong password')).rejects.toMatchObject({ code: 'unauthenticated' })
        const { user, system } = process.cpuUsage(before)
        if (round > 0) spent[email].push(user + system)
      }
    }
    const medians = Object.values(spent).map(median)
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.4)
  })
})
