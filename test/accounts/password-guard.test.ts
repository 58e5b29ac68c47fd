import { describe, expect, it } from 'vitest'
import { passwordGuard } from '#src/accounts/password-guard.js'
import { ChatError, InvalidInput } from '#src/chat/errors.js'
import { RateLimit } from '#src/rate-limit.js'
import { FakeClock } from '../support/fake-clock.js'

const tried = { email: 'ann@example.com', address: '192.0.2.1' }
const wrong = () => Promise.reject(new ChatError('unauthenticated'))

function begin(limit = 2) {
  const clock = new FakeClock()
  return { clock, guard: passwordGuard({ auth: new RateLimit({ name: 'auth', windowMs: 60_000, limit }, clock) }) }
}

it('lets so many wrong passwords pass a minute, and refuses the right one then as well', async () => {
  const { clock, guard } = begin()
  for (let times = 0; times < 2; times++)
    await expect(guard(tried, wrong)).rejects.toMatchObject({ code: 'unauthenticated' })
  clock.jump(20_000)
  await expect(guard(tried, async () => 'in')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 40_000 })
  clock.jump(40_000)
  expect(await guard(tried, async () => 'in')).toBe('in')
})

it('counts for an account and an address together, however they are spelled', async () => {
  const { guard } = begin(1)
  await expect(guard(tried, wrong)).rejects.toThrow()
  for (const email of ['ann@example.com', ' ANN@Example.com '])
    await expect(guard({ ...tried, email }, wrong)).rejects.toMatchObject({ code: 'rate_limited' })
  expect(await guard({ ...tried, address: '192.0.2.2' }, async () => 'in')).toBe('in')
  expect(await guard({ ...tried, email: 'bob@example.com' }, async () => 'in')).toBe('in')
  expect(await guard({ ...tried, address: undefined }, async () => 'in')).toBe('in')
})

it('counts nothing but wrong passwords', async () => {
  const { guard } = begin(1)
  const errors = [
    new ChatError('server_busy'),
    new ChatError('account_disabled'),
    new InvalidInput({ newPassword: 'password_short' }),
    new Error('a fault'),
  ]
  for (const error of errors) await expect(guard(tried, () => Promise.reject(error))).rejects.toBe(error)
  for (let times = 0; times < 3; times++) expect(await guard(tried, async () => times)).toBe(times)
  const input = new InvalidInput({ currentPassword: 'password_wrong' })
  await expect(guard(tried, () => Promise.reject(input))).rejects.toBe(input)
  await expect(guard(tried, async () => 'in')).rejects.toMatchObject({ code: 'rate_limited' })
})

it('counts what is being checked, so that many at once are no way around it', async () => {
  const { guard } = begin(1)
  let fail: (error: unknown) => void = () => {}
  const first = guard(
    tried,
    () =>
      new Promise((_, reject) => {
        fail = reject
      }),
  )
  await expect(guard(tried, async () => 'in')).rejects.toMatchObject({ code: 'rate_limited' })
  fail(new ChatError('server_busy'))
  await expect(first).rejects.toMatchObject({ code: 'server_busy' })
  expect(await guard(tried, async () => 'in')).toBe('in')
})

const most = 3

/** How many more tries there are once checking a password has failed as often as wrong ones may. */
async function triesLeftAfter(error: unknown): Promise<number> {
  const auth = new RateLimit({ name: 'auth', windowMs: 60_000, limit: most }, new FakeClock())
  const guard = passwordGuard({ auth })
  for (let time = 0; time < most; time += 1) {
    await expect(guard(tried, () => Promise.reject(error))).rejects.toBe(error)
  }
  let left = 0
  const count = async () => {
    left += 1
    throw new ChatError('unauthenticated')
  }
  for (let time = 0; time < 2 * most; time += 1) await guard(tried, count).catch(() => {})
  return left
}

describe('a check of a password that fails', () => {
  it.each([
    ['of a log-in', new ChatError('unauthenticated')],
    ['of whoever is asked for it again', new InvalidInput({ currentPassword: 'password_wrong' })],
  ])('counts against the account for the wrong password %s', async (_what, error) => {
    expect(await triesLeftAfter(error)).toBe(0)
  })

  it.each([
    ['of an account that is switched off', new ChatError('account_disabled')],
    ['of a busy server', new ChatError('server_busy', 1000)],
    ['of what could not be stored', new ChatError('storage_failed')],
    ['of a change that came between', new ChatError('conflict')],
    ['of another field', new InvalidInput({ newPassword: 'password_short' })],
    ['of a fault', new Error('a fault of ours')],
  ])('counts against nobody for the sake %s', async (_what, error) => {
    expect(await triesLeftAfter(error)).toBe(most)
  })

  it('leaves what is counted as it was when it succeeds', async () => {
    const auth = new RateLimit({ name: 'auth', windowMs: 60_000, limit: most }, new FakeClock())
    const guard = passwordGuard({ auth })
    for (let time = 0; time < 2 * most; time += 1) expect(await guard(tried, async () => 'let in')).toBe('let in')
  })
})
