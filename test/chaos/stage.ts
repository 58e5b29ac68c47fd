import { join } from 'node:path'
import { highLimits } from '../support/high-limits.js'
import { type Scratch, scratchFolder } from '../support/leftovers.js'
import { type ProcessBounds, ServerProcess } from '../support/server-process.js'

const secret = 'of chaos Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** What a fault changes about its server. */
export interface StageInit {
  readonly env?: Record<string, string>
  /** The folder of the accounts; one of the stage's own if left out. */
  readonly accounts?: string
  readonly uploads?: string
  readonly bounds?: ProcessBounds
}

/**
 * A server of its own for a fault, as an operator runs it: accounts in a file, secrets that outlive it. Limits that people who
 * all come from one address would meet are out of the way.
 */
export class Stage {
  readonly folder: Scratch
  readonly accountsFile: string
  readonly uploads: string
  server: ServerProcess
  url = ''
  readonly #env: Record<string, string>
  readonly #bounds: ProcessBounds

  private constructor(folder: Scratch, { env = {}, accounts = folder.path, uploads, bounds = {} }: StageInit) {
    this.folder = folder
    this.accountsFile = join(accounts, 'accounts.json')
    this.uploads = uploads ?? join(folder.path, 'uploads')
    this.#env = {
      ACCOUNTS_URL: `file:${this.accountsFile}`,
      UPLOAD_DIR: this.uploads,
      SESSION_SECRET: secret,
      JWT_SECRET: secret,
      LOG_LEVEL: 'warn',
      ...highLimits,
      ...env,
    }
    this.#bounds = bounds
    this.server = this.another()
  }

  static async open(init: StageInit = {}): Promise<Stage> {
    const stage = new Stage(scratchFolder('chaos'), init)
    stage.url = await stage.server.address()
    return stage
  }

  /** Starts one more server with the settings of this one, but for these. */
  another(env: Record<string, string> = {}): ServerProcess {
    return new ServerProcess({ ...this.#env, ...env }, undefined, undefined, this.#bounds)
  }

  /** Starts the server again where it was, once it has ended. */
  async restart(): Promise<void> {
    await this.server.ended
    this.server = this.another({ PORT: new URL(this.url).port })
    await this.server.address()
  }

  /** Whether the server still runs, and answers. */
  async isWell(): Promise<boolean> {
    const { exitCode, signalCode } = this.server.child
    if (exitCode !== null || signalCode !== null) return false
    const answer = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(10_000) }).catch(() => null)
    return answer?.ok === true
  }

  /** Ends the server as it is, stopped or not, and clears its folder. */
  async close(): Promise<void> {
    this.server.child.kill('SIGKILL')
    await this.server.ended
    this.folder.remove()
  }
}

/** Runs work on a stage, which is cleared however it ends. */
export async function onStage<T>(init: StageInit, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await Stage.open(init)
  try {
    return await work(stage)
  } finally {
    await stage.close()
  }
}
