import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { makeCertificate } from '../support/certificate.js'
import { freePort } from '../support/free-port.js'
import { startServerProcess } from '../support/nodes.js'

/** A server that browsers reach by https, with a certificate that signs itself. */
export interface SecureServer {
  /** Its URL for browsers. */
  readonly url: string
  /** Its URL for programs, by plain http. */
  readonly origin: string
  stop(): Promise<void>
}

const settings = { TRUST_PROXY: '1', LOG_LEVEL: 'error' }

export async function startSecureServer(): Promise<SecureServer> {
  const port = await freePort()
  const door = createServer(makeCertificate(['localhost']), outside => {
    const inside = connect(port, 'localhost')
    outside.pipe(inside).pipe(outside)
    for (const socket of [outside, inside]) socket.on('error', () => [outside, inside].map(each => each.destroy()))
  })
  door.listen(0, 'localhost')
  await once(door, 'listening')
  const address = door.address()
  if (address === null || typeof address === 'string') throw new Error('The door listens on no port')
  const url = `https://localhost:${address.port}`
  const server = await startServerProcess({ PORT: String(port), PUBLIC_URL: url, ...settings })
  return {
    url,
    origin: `http://localhost:${port}`,
    async stop() {
      door.close()
      await server.stop()
    },
  }
}
