import { expect, it, vi } from 'vitest'
import { Gate } from '#src/accounts/gate.js'
import { passwordGuard } from '#src/accounts/password-guard.js'
import { People } from '#src/accounts/people.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { readConfig } from '#src/config.js'
import { Limits } from '#src/limits.js'
import { FakeClock } from '../support/fake-clock.js'

/** A gate that lets three people an address in a minute, and one wrong password. */
function begin() {
  const clock = new FakeClock()
  const passwords = {
    cost: 4,
    hash: async (password: string) => `hash of ${password}`,
    verify: async (password: string, hash: string) => hash === `hash of ${password}`,
    dummyHash: () => '',
  }
  const people = new People({ store: new MemoryAccountStore(), passwords, directory: 'open', clock })
  const limits = new Limits(readConfig({ RATE_LIMIT_AUTH: '1', RATE_LIMIT_AUTH_ADDRESS: '3' }), clock)
  return { clock, people, limits, gate: new Gate({ people, limits, guard: passwordGuard(limits) }) }
}

const ann = { username: 'ann', email: 'ann@example.com', password: 'long enough' }
const address = '192.0.2.1'
const limited = expect.objectContaining({ code: 'rate_limited', retryAfterMs: 60_000 })

it('registers a person, who then logs in', async () => {
  const { gate } = begin()
  const { id } = await gate.register(ann, { address })
  expect(await gate.logIn(ann, { address })).toMatchObject({ id, username: 'ann' })
  await expect(gate.logIn({ ...ann, password: 'wrong' }, { address })).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

it('counts what comes from an address, be it well formed or not, and tells how far it has got', async () => {
  const { gate, limits } = begin()
  const onCounted = vi.fn()
  await gate.register(ann, { address, onCounted })
  await expect(gate.logIn({ email: 'nobody' }, { address, onCounted })).rejects.toMatchObject({ code: 'invalid' })
  await gate.logIn(ann, { address, onCounted })
  await expect(gate.logIn(ann, { address, onCounted })).rejects.toEqual(limited)
  await expect(gate.register(ann, { address, onCounted })).rejects.toEqual(limited)
  expect(onCounted.mock.calls.map(([limit, { allowed, remaining }]) => [limit, allowed, remaining])).toEqual([
    [limits.authAddress, true, 2],
    [limits.authAddress, true, 1],
    [limits.authAddress, true, 0],
    [limits.authAddress, false, 0],
    [limits.authAddress, false, 0],
  ])
  expect(await gate.logIn(ann, { address: '192.0.2.2' })).toMatchObject({ username: 'ann' })
})

it('counts wrong passwords against the account', async () => {
  const { gate } = begin()
  await gate.register(ann, { address })
  await expect(gate.logIn({ ...ann, password: 'wrong' }, { address })).rejects.toMatchObject({
    code: 'unauthenticated',
  })
  await expect(gate.logIn(ann, { address })).rejects.toEqual(limited)
})
