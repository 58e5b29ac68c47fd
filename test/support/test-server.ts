import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#src/config.js'
import { createServer } from '#src/server.js'

/** Starts a real server on a free port, with limits too high to matter unless a test sets them. */
export async function startTestServer(
  env: Record<string, string> = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  // A second server on the same folder would not start.
  const uploadDir = await mkdtemp(join(tmpdir(), 'ephemeral-chat-test-uploads-'))
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: 'fatal',
    BCRYPT_COST: '4',
    UPLOAD_DIR: uploadDir,
    RATE_LIMIT_AUTH: '1000',
    RATE_LIMIT_AUTH_ADDRESS: '1000000',
    RATE_LIMIT_REQUESTS: '1000000',
    RATE_LIMIT_REACHING: '1000000',
    ...env,
  })
  const server = await createServer(config)
  const { port } = await server.start()
  return {
    url: `http://localhost:${port}`,
    async stop() {
      await server.stop()
      await rm(uploadDir, { recursive: true, force: true })
    },
  }
}
