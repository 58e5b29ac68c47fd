import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '#src/push/public-address.js'

describe('an address', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '142.250.185.74',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2a00:1450:4001:82a::200a',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '3fff:1000::1',
  ])('%s is of the internet', address => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each([
    ['of this machine', '127.0.0.1'],
    ['of this machine', '127.255.255.254'],
    ['of this machine', '::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '::'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['of a carrier', '100.64.0.1'],
    ['of a carrier', '100.127.255.255'],
    ['link-local, such as where clouds tell secrets', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%lo'],
    ['public with a zone', '2606:4700::1111%lo'],
    ['unique-local', 'fc00::1'],
    ['unique-local', 'fd12:3456:789a::1'],
    ['site-local', 'fec0::1'],
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped', '::ffff:7f00:1'],
    ['mapped', '::ffff:8.8.8.8'],
    ['compatible', '::127.0.0.1'],
    ['translated', '64:ff9b::a00:1'],
    ['translated', '64:ff9b:1::a00:1'],
    ['of 6to4', '2002:7f00:1::'],
    ['of Teredo', '2001:0:7f00:1::'],
    ['for documents', '2001:db8::1'],
    ['for documents', '3fff::1'],
    ['for documents', '192.0.2.1'],
    ['for documents', '198.51.100.1'],
    ['for documents', '203.0.113.1'],
    ['of a benchmark', '198.18.0.1'],
    ['for protocols', '192.0.0.8'],
    ['of a group', '224.0.0.1'],
    ['of a group', 'ff02::1'],
    ['reserved', '240.0.0.1'],
    ['of everybody', '255.255.255.255'],
    ['none', ''],
    ['none', 'localhost'],
    ['none', '127.1'],
  ])('that is %s is not: %s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})
