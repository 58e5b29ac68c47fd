import { describe, expect, it } from 'vitest'
import { readConfig } from '#src/config.js'
import { addressKey, Limits } from '#src/limits.js'
import { noAddresses, writtenAddresses } from './field/proxies.js'
import { FakeClock } from './support/fake-clock.js'

describe('the limits of the product', () => {
  it('are those of the settings, in their windows', () => {
    const all = new Limits(readConfig({ RATE_LIMIT_UPLOADS: '7' }), new FakeClock())
    expect(Object.entries(all).map(([name, { limit, windowMs }]) => [name, limit, windowMs])).toEqual([
      ['requests', 30, 1000],
      ['lightRequests', 300, 1000],
      ['reaching', 10, 1000],
      ['messages', 5, 1000],
      ['api', 5, 1000],
      ['uploads', 7, 60_000],
      ['searches', 10, 1000],
      ['accountChanges', 60, 60_000],
      ['passwordChanges', 10, 60_000],
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

  it.each(writtenAddresses)('know the address that a proxy writes as %j, whatever the port', (written, address) => {
    expect(addressKey(written)).toBe(addressKey(address))
    expect(addressKey(written)).not.toBe('unknown')
  })

  it.each(noAddresses)('count all together who come from %j', written => {
    expect(addressKey(written)).toBe('unknown')
  })
})
