/** A server in its own process, so that a test can measure its memory and see it die. Talks to the test by messages. */
import { readConfig } from '../../../dist/config.js'
import { createServer } from '../../../dist/server.js'

const server = await createServer(readConfig(process.env))
const { port } = await server.start()
process.on('message', async question => {
  if (question === 'stop') {
    await server.stop()
    process.exit(0)
  }
  globalThis.gc()
  globalThis.gc()
  process.send({ memory: process.memoryUsage() })
})
process.send({ url: `http://localhost:${port}` })
