import { isIP } from 'node:net'
import { ChatError } from '../chat/errors.js'
import { parseUrl } from '../web-address.js'

/** Longer than any that is known. */
const longestEndpoint = 2000

/** A push service that the settings know, and where in it a device is. */
export interface FoundService {
  readonly url: URL
  /** The host as the settings have it, which is no secret, such as `*.push.example.com`. */
  readonly service: string
}

/**
 * Finds the push service of an endpoint. An endpoint is a URL that a person gives the server to send to, so it counts only if it is
 * of a known host, by https, on the usual port, and with nothing that could mean another host.
 * @param hosts as in `Config.push.hosts`
 */
export function findService(endpoint: string, hosts: readonly string[]): FoundService | null {
  const url = endpoint.length > longestEndpoint ? null : parseUrl(endpoint)
  if (url === null) return null
  const isPlain = url.port === '' && url.username === '' && url.password === '' && url.hash === ''
  if (url.protocol !== 'https:' || !isPlain || url.href.length > longestEndpoint) return null
  const service = hosts.find(host => isOf(url.hostname, host))
  return service === undefined ? null : { url, service }
}

function isOf(name: string, host: string): boolean {
  if (!host.startsWith('*.')) return name === host
  const above = host.slice(1)
  return name.endsWith(above) && name.length > above.length && isIP(name) === 0
}

/**
 * A check of the endpoints that browsers hand over. It returns the endpoint as it is stored.
 * @throws ChatError `push_unsupported` for one that is of no known push service
 */
export function endpointCheck(hosts: readonly string[]): (endpoint: string) => string {
  return endpoint => {
    const found = findService(endpoint, hosts)
    if (found === null) throw new ChatError('push_unsupported')
    return found.url.href
  }
}
