import { randomBytes } from 'node:crypto'
import { constants, createReadStream, type ReadStream } from 'node:fs'
import { access, mkdir, readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { ConfigError } from '../config.js'
import { codeOf } from '../system-fault.js'
import { lockFolder, lockName } from './folder-lock.js'

/** Names of our files: 128 random bits that say nothing of what is inside. */
const ours = /^[\w-]{22}\.sealed$/
/** What git needs to keep the folder; nobody must be told of it. */
const keeper = '.gitkeep'

/** How much of a file is read ahead of who takes it. */
export const pictureReadBytes = 16_384

/** The folder of sealed pictures. Nothing in it is of use to anyone but the process that wrote it. */
export class UploadFolder {
  readonly #path: string
  readonly #log: Logger
  #lock: { release(): Promise<void> } | null = null

  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
  }

  /**
   * Takes the folder, and removes what an earlier server left: its keys are gone. Foreign files stay and are named in
   * the log.
   * @throws ConfigError when another server uses it, and when it cannot be used
   */
  async open(): Promise<void> {
    const names = await this.#take().catch((error: unknown) => {
      throw error instanceof ConfigError ? error : new ConfigError(this.#explain(error), { cause: error })
    })
    await Promise.all(names.filter(name => ours.test(name)).map(name => this.remove(name)))
    const foreign = names.filter(name => !ours.test(name) && name !== keeper && name !== lockName)
    if (foreign.length > 0)
      this.#log.warn({ files: foreign }, 'files that are not ours stand in UPLOAD_DIR and stay there')
  }

  async #take(): Promise<string[]> {
    await mkdir(this.#path, { recursive: true })
    await access(this.#path, constants.R_OK | constants.W_OK | constants.X_OK)
    this.#lock = await lockFolder(this.#path)
    return readdir(this.#path)
  }

  #explain(error: unknown): string {
    const code = codeOf(error)
    const setting = `UPLOAD_DIR is "${this.#path}"`
    if (code === 'EEXIST' || code === 'ENOTDIR') return `${setting} but must be a folder, and a file stands there.`
    return `${setting} but must be a folder that the user that runs the server may read and write (${code}).`
  }

  /** Writes a file under a new name, which it returns. */
  async write(parts: readonly Buffer[]): Promise<string> {
    const name = `${randomBytes(16).toString('base64url')}.sealed`
    await writeFile(join(this.#path, name), parts, { flag: 'wx', mode: 0o600 })
    return name
  }

  /** Reads a file, a little ahead of who takes it. */
  read(name: string): ReadStream {
    return createReadStream(join(this.#path, name), { highWaterMark: pictureReadBytes })
  }

  /** Removes a file of ours; one that cannot be removed is of no use to anyone without its key. */
  async remove(name: string): Promise<void> {
    try {
      await unlink(join(this.#path, name))
    } catch (error) {
      this.#log.error({ err: error }, 'a sealed picture could not be removed')
    }
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    await this.#lock?.release()
    this.#lock = null
  }
}
