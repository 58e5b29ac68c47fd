import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { nodeEnvironment, nodeFlags } from '../../scripts/node-flags.mjs'
import { spawnServer } from '../../scripts/own-server.mjs'
import { clearAtExit, scratchFolder } from './leftovers.js'

/** What a server may take of its system at most. */
export interface ProcessBounds {
  /** Its limit of open files; the test's own if left out. */
  readonly descriptors?: number
  /** The path of the control group that it is put into (`memory-group.ts`). */
  readonly group?: string
}

/** The server in its own process, started as `npm start` starts it after the build. */
export class ServerProcess {
  readonly child: ChildProcess
  /** Resolves with the exit code and signal when it has ended. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>
  /** It keeps pictures here: a second server on the same folder would not start. */
  readonly #own = scratchFolder('server')
  #output = ''

  /**
   * @param env its only environment variables, beside PATH and the settings of every test
   * @param folder its working directory; one of its own if left out
   */
  constructor(
    env: Record<string, string>,
    program = 'dist/main.js',
    folder?: string,
    { descriptors, group }: ProcessBounds = {},
  ) {
    const uploads = { UPLOAD_DIR: join(this.#own.path, 'uploads') }
    this.child = spawnServer({
      program,
      folder: folder ?? this.#own.path,
      flags: nodeFlags,
      env: { ...nodeEnvironment, PORT: '0', NODE_ENV: 'test', BCRYPT_COST: '4', ...uploads, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      before: [
        ...(descriptors === undefined ? [] : [`ulimit -n ${descriptors}`]),
        ...(group === undefined ? [] : [`echo $$ >'${group}/cgroup.procs'`]),
      ],
    })
    this.child.stdout?.on('data', data => {
      this.#output += data
    })
    this.child.stderr?.on('data', data => {
      this.#output += data
    })
    // A test that is stopped early must leave no server behind.
    const forget = clearAtExit(() => this.child.kill('SIGKILL'))
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      forget()
      this.#own.remove()
      return [code, signal]
    })
  }

  /** Everything it has written so far to stdout and stderr. */
  get output(): string {
    return this.#output
  }

  /** Resolves with its URL once it serves. Throws if it ends before. */
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
