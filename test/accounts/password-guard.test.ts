import { describe, expect, it } from 'vitest'
import { passwordGuard } from '#src/accounts/password-guard.js'
import { ChatError, InvalidInput } from '#src/chat/errors.js'
import { createLimit } from '#src/limit.js'
import { FakeClock } from '../support/fake-clock.js'

const limit = 3
const tried = { email: 'ann@example.com', address: '192.0.2.1' }

/** How many more tries there are once checking a password has failed as often as wrong ones may. */
async function triesLeftAfter(error: unknown): Promise<number> {
  const auth = createLimit({ name: 'auth', windowMs: 60_000, limit }, new FakeClock())
  const guard = passwordGuard({ auth })
  for (let time = 0; time < limit; time += 1) {
    await expect(guard(tried, () => Promise.reject(error))).rejects.toBe(error)
  }
  let left = 0
  const count = async () => {
    left += 1
    throw new ChatError('unauthenticated')
  }
  for (let time = 0; time < 2 * limit; time += 1) await guard(tried, count).catch(() => {})
  auth.stop()
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
    expect(await triesLeftAfter(error)).toBe(limit)
  })

  it('leaves what is counted as it was when it succeeds', async () => {
    const auth = createLimit({ name: 'auth', windowMs: 60_000, limit }, new FakeClock())
    const guard = passwordGuard({ auth })
    for (let time = 0; time < 2 * limit; time += 1) expect(await guard(tried, async () => 'let in')).toBe('let in')
    auth.stop()
  })
})
