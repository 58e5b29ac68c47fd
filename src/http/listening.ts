import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Config, ConfigError } from '../config.js'
import { faultCodeOf } from '../system-fault.js'

/**
 * Begins to listen, and tells at which address.
 * @throws ConfigError if it is no address of this machine, or in use
 */
export async function listen(server: Server, where: Pick<Config, 'host' | 'port'>): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => reject(new ConfigError(explain(error, where), { cause: error }))
    server.once('error', fail)
    server.listen(where.port, where.host, () => {
      server.off('error', fail)
      resolve()
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port')
  return address
}

/** Loopback, and what stands for all addresses of the machine and cannot be opened itself. */
const shownAsLocalhost = ['127.0.0.1', '0.0.0.0', '::']

/** The URL at which someone on this machine opens a server that listens there. */
export function urlOnThisMachine(address: string, port: number): string {
  if (shownAsLocalhost.includes(address)) return `http://localhost:${port}`
  // Source: RFC 6874 for the sign before a zone.
  return `http://${address.includes(':') ? `[${address.replace('%', '%25')}]` : address}:${port}`
}

/** What is wrong with HOST or PORT, in one sentence. */
function explain(error: Error, { host, port }: Pick<Config, 'host' | 'port'>): string {
  const code = faultCodeOf(error)
  if (code === 'EADDRINUSE') return `PORT is "${port}" but must be a free one: something listens on it already.`
  if (code === 'EACCES') return `PORT is "${port}" but must be one that the user that runs the server may listen on.`
  return `HOST is "${host}" but must be an address of this machine, or a name of one (${code}).`
}
