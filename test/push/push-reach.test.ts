import { expect, it } from 'vitest'
import { internet } from '#src/push/push-reach.js'

it('the internet has the usual port and the authorities of Node, and none of the addresses of this machine', () => {
  expect([internet.port, internet.ca]).toEqual([443, null])
  expect(['8.8.8.8', '127.0.0.1', '::1', '10.0.0.1'].map(address => internet.isAllowed(address))).toEqual([
    true,
    false,
    false,
    false,
  ])
})

it('a name that cannot be resolved has no address', async () => {
  expect(await internet.resolve('no such name.invalid')).toEqual([])
})
