/** Starts a Redis server for a measurement, which keeps nothing on a disk. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedisServer } from '../../scripts/setup.mjs'

/** What nodes over Redis must be told, and share. */
const secret = 'of the nodes that are measured Zq3v9Lk2Xw8Tn5Rb7Yc1M'

/** The settings of a node over it, and how to end it. @returns {Promise<{ env: Record<string, string>, stop(): Promise<void> }>} */
export async function startRedis() {
  const [path, port] = [await findRedisServer(), await findFreePort()]
  const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-bench-redis-'))
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const child = spawn(path, settings, { stdio: ['ignore', 'pipe', 'inherit'] })
  // A program that fails must leave no server behind.
  process.once('exit', () => child.kill('SIGKILL'))
  let output = ''
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    output += piece
    if (output.includes('eady to accept connections')) break
  }
  if (child.exitCode !== null) throw new Error(`The Redis server ended: ${output}`)
  child.stdout.resume()
  return {
    env: { REDIS_URL: `redis://127.0.0.1:${port}`, SESSION_SECRET: secret, JWT_SECRET: secret },
    async stop() {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
