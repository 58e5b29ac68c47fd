import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { findService } from './endpoint-check.js'
import { connectTo, mayReach, type PushReach } from './push-reach.js'

const mostConnections = 100
/** Longer than any push may take. */
const usualLongestMs = 15_000

/**
 * A proxy (CONNECT) that opens connections to push services and to nothing else, for a chat whose network has no other way out. It
 * sees no push: what goes through is encrypted between the chat and the push service.
 * @param hosts as in `Config.push.hosts`
 * @param longestMs after which a connection is cut; tests are less patient
 */
export function createTunnel(hosts: readonly string[], reach: PushReach, longestMs = usualLongestMs): Server {
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.maxConnections = mostConnections
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const end = setTimeout(() => client.destroy(), longestMs).unref()
    client.once('close', () => clearTimeout(end))
    client.on('error', () => client.destroy())
    const url = findTarget(request.url ?? '', hosts)
    if (url === null || !mayReach(url, reach)) client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    else join(client, head, connect(connectTo(url, reach)))
  })
  return server
}

/** Null for a target that is no known push service. */
function findTarget(target: string, hosts: readonly string[]): URL | null {
  return /^[^/?#@\s]+:443$/.test(target) ? (findService(`https://${target}/`, hosts)?.url ?? null) : null
}

/** Passes on what either of two says, from when the second is connected. */
function join(client: Duplex, head: Buffer, service: Socket): void {
  let isOpen = false
  client.once('close', () => service.destroy())
  service.once('connect', () => {
    isOpen = true
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    service.write(head)
    client.pipe(service).pipe(client)
  })
  service.on('error', () => (isOpen ? client.destroy() : client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')))
}
