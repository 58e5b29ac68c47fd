/** A server in a process of its own, so that its memory and its death are its own. Speaks with the test by messages. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../dist/config.js'
import { createServer } from '../../../dist/server.js'

// Of its own: two servers on one folder do not start.
const uploads = mkdtempSync(join(tmpdir(), 'ephemeral-chat-fuzz-'))
const server = await createServer(readConfig({ ...process.env, UPLOAD_DIR: uploads }))
const { port } = await server.start()
process.on('message', async question => {
  if (question === 'stop') {
    await server.stop()
    rmSync(uploads, { recursive: true, force: true })
    process.exit(0)
  }
  globalThis.gc()
  globalThis.gc()
  process.send({ memory: process.memoryUsage() })
})
process.send({ url: `http://localhost:${port}` })
