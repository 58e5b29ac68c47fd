import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#src/config.js'
import { createServer, type Server } from '#src/server.js'
import type { Outside } from '#src/wiring/push.js'

/** A server that listens. */
export interface TestServer {
  readonly url: string
  readonly routes: Server['routes']
  /** What it calls a cookie over plain http: by its port too, which nodes of one address cannot. */
  cookieName(name: string): string
  stop(): Promise<void>
}

/**
 * Starts a real server on a free port, with limits too high to matter unless a test sets them. Where TEST_NODES is 2, it is two
 * nodes over Redis behind a proxy that gives each connection to the next: all that one server does has to hold for them too.
 */
export async function startTestServer(env: Record<string, string> = {}, outside: Outside = {}): Promise<TestServer> {
  if (process.env.TEST_NODES !== '2') return startOneServer(env, outside)
  const { startNodesBehindProxy } = await import('./nodes.js')
  return startNodesBehindProxy(env, outside)
}

/** Starts a single one. */
export async function startOneServer(env: Record<string, string> = {}, outside: Outside = {}): Promise<TestServer> {
  // A folder for each: a second server on the same one does not start.
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
  const server = await createServer(config, outside)
  const { port } = await server.start()
  return {
    url: `http://localhost:${port}`,
    routes: server.routes,
    cookieName: name => (config.redisUrl === null ? `${name}-${port}` : name),
    async stop() {
      await server.stop()
      await rm(uploadDir, { recursive: true, force: true })
    },
  }
}
