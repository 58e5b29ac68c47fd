import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Source: https://www.iana.org/assignments/iana-ipv4-special-registry and RFC 5771 for groups. */
const specialIPv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** All that may be public. Loopback, link-local, unique-local, mapped and translated addresses and groups lie outside. */
const globalIPv6 = ['2000::', 3] as const
/** Source: https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies in `globalIPv6`. */
const specialIPv6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const special = new BlockList()
for (const [network, bits] of specialIPv4) special.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of specialIPv6) special.addSubnet(network, bits, 'ipv6')
const global = new BlockList()
global.addSubnet(...globalIPv6, 'ipv6')

/** Whether an IP address is one of the internet: not of this machine, of its own networks, or of none. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4')
  // A zone (%) names a network of this machine.
  if (!isIPv6(address) || address.includes('%')) return false
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6')
}
