import { expect, it } from 'vitest'
import { readIpAddress } from '#src/ip-address.js'
import { noAddresses, writtenAddresses } from './field/proxies.js'

it.each(writtenAddresses)('%j is the address %s', (written, address) => {
  expect(readIpAddress(written)).toBe(address)
})

it.each(noAddresses)('%j is no address', written => {
  expect(readIpAddress(written)).toBe(null)
})
