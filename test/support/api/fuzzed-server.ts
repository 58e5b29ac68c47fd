import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { spawnServer } from '../../../scripts/own-server.mjs'
import { scratchFolder } from '../leftovers.js'

const env = {
  NODE_ENV: 'test',
  PORT: '0',
  LOG_LEVEL: 'error',
  BCRYPT_COST: '4',
  MESSAGE_TTL_MS: '1000',
  RATE_LIMIT_AUTH: '1000000',
  RATE_LIMIT_AUTH_ADDRESS: '1000000',
  RATE_LIMIT_API: '1000000',
  RATE_LIMIT_REQUESTS: '1000000',
  RATE_LIMIT_REACHING: '1000000',
  RATE_LIMIT_MESSAGES: '1000000',
  RATE_LIMIT_FRAMES: '1000000',
  MAX_CONNECTIONS_PER_USER: '1000',
}

/** The server's memory, in bytes. */
export interface Memory {
  readonly rss: number
  readonly heapUsed: number
}

/** A server in its own process, with everything that went wrong in it. */
export class FuzzedServer {
  readonly url: string
  readonly faults: string[] = []
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
    child.on('exit', code => code !== 0 && this.faults.push(`the server died with ${code}`))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', text => this.faults.push(`the server said: ${String(text).slice(0, 500)}`))
    }
  }

  static async start(): Promise<FuzzedServer> {
    const folder = scratchFolder('fuzz')
    const program = 'test/support/api/fuzz-server.mjs'
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
    const child = spawnServer({ program, folder: folder.path, flags: ['--expose-gc'], env, stdio: [...stdio] })
    child.once('exit', () => folder.remove())
    const { url } = z.object({ url: z.string() }).parse(await nextMessage(child))
    return new FuzzedServer(child, url)
  }

  /** Its memory after a garbage collection. */
  async memory(): Promise<Memory> {
    this.#child.send('memory')
    const schema = z.object({ memory: z.object({ rss: z.number(), heapUsed: z.number() }) })
    return schema.parse(await nextMessage(this.#child)).memory
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.send('stop')
    await ended
  }
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', code => reject(new Error(`the server died with ${code}`)))
  })
}
