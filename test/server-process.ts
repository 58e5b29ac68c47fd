import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot as root } from '#src/project-root.js'
import { nodeFlags } from '../scripts/node-flags.mjs'

/** The server as a process of its own, started as `npm start` does after its set-up. */
export class ServerProcess {
  readonly child: ChildProcess
  /** Code and signal of its end. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>
  /** A folder for each: a second server on the same one does not start. */
  readonly #uploads = mkdtempSync(join(tmpdir(), 'ephemeral-chat-uploads-'))
  #output = ''

  /**
   * @param env beside PATH, the only settings it gets
   * @param folder where it is started
   * @param maxDescriptors how many it may hold, where that is not what the test may
   */
  constructor(env: Record<string, string>, program = 'dist/main.js', folder = root, maxDescriptors?: number) {
    const command = [process.execPath, ...nodeFlags, join(root, program)]
    const limit = maxDescriptors === undefined ? '' : `ulimit -n ${maxDescriptors}; `
    this.child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        PORT: '0',
        NODE_ENV: 'test',
        BCRYPT_COST: '4',
        UPLOAD_DIR: this.#uploads,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.child.stdout?.on('data', data => {
      this.#output += data
    })
    this.child.stderr?.on('data', data => {
      this.#output += data
    })
    // Whoever is stopped before they stop it leaves no server behind.
    const end = () => this.child.kill('SIGKILL')
    process.once('exit', end)
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      process.off('exit', end)
      rmSync(this.#uploads, { recursive: true, force: true })
      return [code, signal]
    })
  }

  /** Everything written so far, to either stream. */
  get output(): string {
    return this.#output
  }

  /** Where it serves, once it says so. */
  async address(): Promise<string> {
    for (;;) {
      const [, url] = /serves (http\S+)\n/.exec(this.#output) ?? []
      if (url) return url
      const isOver = await Promise.race([
        once(this.child.stdout ?? this.child, 'data').then(() => false),
        this.ended.then(() => true),
      ])
      if (isOver) throw new Error(`The server ended before it served: ${this.#output}`)
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM')
    await this.ended
  }
}
