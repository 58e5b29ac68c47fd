/** A server in its own process, so that a test can measure its memory and see it die. Talks to the test by messages. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../dist/config.js'
import { createServer } from '../../../dist/server.js'

// A second server on the same folder would not start.
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
