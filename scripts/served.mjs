/** Serves the product to programs that look at it from outside: the measurements and the pictures of its pages. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFlags } from './node-flags.mjs'
import { root } from './process.mjs'

/**
 * Starts the built server in a process and a folder of its own.
 * @param {Record<string, string>} env its settings; of ours it gets none
 * @returns {Promise<{ url: string, stop(): Promise<void> }>} where it serves, and what ends it and removes its folder
 */
export async function serve(env) {
  const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-served-'))
  const server = spawn(process.execPath, [...nodeFlags, join(root, 'dist', 'main.js')], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', UPLOAD_DIR: join(folder, 'uploads'), ...env },
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
