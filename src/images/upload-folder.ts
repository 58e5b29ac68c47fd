import { randomBytes } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { lockFolder, lockName } from './folder-lock.js'

/** Names of our files: 128 random bits that say nothing of what is inside. */
const ours = /^[\w-]{22}\.sealed$/
/** What git needs to keep the folder; nobody must be told of it. */
const keeper = '.gitkeep'

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
   * @throws ConfigError when another server uses it
   */
  async open(): Promise<void> {
    await mkdir(this.#path, { recursive: true })
    this.#lock = await lockFolder(this.#path)
    const names = await readdir(this.#path)
    await Promise.all(names.filter(name => ours.test(name)).map(name => this.remove(name)))
    const foreign = names.filter(name => !ours.test(name) && name !== keeper && name !== lockName)
    if (foreign.length > 0)
      this.#log.warn({ files: foreign }, 'files that are not ours stand in UPLOAD_DIR and stay there')
  }

  /** Writes a file under a new name, which it returns. */
  async write(parts: readonly Buffer[]): Promise<string> {
    const name = `${randomBytes(16).toString('base64url')}.sealed`
    await writeFile(join(this.#path, name), parts, { flag: 'wx', mode: 0o600 })
    return name
  }

  read(name: string): ReadStream {
    return createReadStream(join(this.#path, name))
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
