import { Resolver } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.js'

const resolveMs = 2000
const resolveTries = 2

/** How push services are reached. Tests pass another than the internet. */
export interface PushReach {
  /** The addresses of a name; none if it has none. */
  resolve(name: string): Promise<readonly string[]>
  /** Whether an address may be connected to. */
  isAllowed(address: string): boolean
  readonly port: number
  /** The certificate that is trusted in the place of those that Node knows; null for those. */
  readonly ca: string | null
}

/** The internet: public addresses alone, so that no endpoint leads into the networks of this machine. */
export const internet: PushReach = {
  async resolve(name) {
    // Not dns.lookup: a name that does not resolve would hold the few threads that read files. A new resolver each time, since the
    // machine may have got others meanwhile.
    const resolver = new Resolver({ timeout: resolveMs, tries: resolveTries })
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
  },
  isAllowed: isPublicAddress,
  port: 443,
  ca: null,
}

/** A push service could not be reached. Neither message nor code names one. */
export class ReachError extends Error {
  override readonly name = 'ReachError'

  /**
   * @param code what happened: the name has no address, or none that is allowed; the proxy opened no connection; or the connection
   *   ended without an answer
   */
  constructor(readonly code: 'name_unknown' | 'address_refused' | 'proxy_refused' | 'no_answer') {
    super(code)
  }
}

/** The host of a URL as sockets name it: IPv6 without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Whether a URL has no IP address that is not allowed. Names are checked when they are resolved. */
export function mayReach(url: URL, reach: PushReach): boolean {
  const host = hostOf(url)
  return isIP(host) === 0 || reach.isAllowed(host)
}

/**
 * Where to connect for a URL that `mayReach`. The address is checked when the name is resolved for the connection itself: a name that
 * has another address a moment later (rebinding) leads nowhere else.
 */
export function connectTo(url: URL, reach: PushReach): { host: string; port: number; lookup: LookupFunction } {
  return { host: hostOf(url), port: reach.port, lookup: lookUpAllowed(reach) }
}

function lookUpAllowed(reach: PushReach): LookupFunction {
  return (name, { all }, callback) => {
    const answer = async () => {
      const addresses = await reach.resolve(name)
      const allowed = addresses.filter(address => reach.isAllowed(address))
      const found = allowed.map(address => ({ address, family: isIP(address) }))
      if (found[0] === undefined) throw new ReachError(addresses.length > 0 ? 'address_refused' : 'name_unknown')
      return { first: found[0], found }
    }
    answer().then(
      ({ first, found }) => (all ? callback(null, found) : callback(null, first.address, first.family)),
      (error: Error) => callback(error, []),
    )
  }
}
