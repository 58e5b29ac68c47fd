/** Runs the server for programs that use it from outside: the benchmarks and the gallery. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeEnvironment, nodeFlags } from './node-flags.mjs'
import { spawnServer } from './own-server.mjs'

/**
 * Starts the built server in its own process and folder.
 * @param {Record<string, string>} env its settings; it inherits none of ours
 * @returns {Promise<{ url: string, stop(): Promise<void> }>} its URL, and a function that stops it and removes its
 *   folder
 */
export async function serve(env) {
  const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-served-'))
  const server = spawnServer({
    program: 'dist/main.js',
    folder,
    flags: nodeFlags,
    env: { ...nodeEnvironment, PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(server, 'close')
  let output = ''
  for await (const piece of server.stdout.iterator({ destroyOnReturn: false })) {
    output += piece
    if (output.includes('Keeps messages')) break
  }
  const [, url] = /serves (\S+)/.exec(output) ?? []
  if (!url) throw new Error('The server ended before it served')
  server.stdout.resume()
  return {
    url,
    async stop() {
      server.kill('SIGTERM')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
