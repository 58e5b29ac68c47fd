import { expect, it } from 'vitest'
import { passwordGuard } from '#src/accounts/password-guard.js'
import { ChatError, InvalidInput } from '#src/chat/errors.js'
import { createLimit } from '#src/limit.js'
import { FakeClock } from '../support/fake-clock.js'

const tried = { email: 'ann@example.com', address: '192.0.2.1' }
const wrong = () => Promise.reject(new ChatError('unauthenticated'))

function begin(limit = 2) {
  const clock = new FakeClock()
  return { clock, guard: passwordGuard({ auth: createLimit({ name: 'auth', windowMs: 60_000, limit }, clock) }) }
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
