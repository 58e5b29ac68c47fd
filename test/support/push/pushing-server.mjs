/**
 * The real server, with a push service of this machine in the place of the internet: PUSH_SERVICE has its port and certificate, as
 * JSON. Run as a child by whole-way.test.ts.
 */
import { readConfig } from '#src/config.js'
import { createServer } from '#src/server.js'

const loopback = '127.0.0.1'
const { port, ca } = JSON.parse(process.env.PUSH_SERVICE)
const reach = { resolve: async () => [loopback], isAllowed: address => address === loopback, port, ca }

const server = await createServer(readConfig(process.env), { reach })
const { host, port: ownPort } = await server.start()
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.stdout.write(`Ephemeral Chat serves http://${host}:${ownPort}\n`)
