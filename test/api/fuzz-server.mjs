/** A server in a process of its own, so that its memory and its death are its own. Speaks with the test by messages. */
import { readConfig } from '../../dist/config.js'
import { createServer } from '../../dist/server.js'

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
