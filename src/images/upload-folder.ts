import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, open, readdir, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { ConfigError } from '../config.js'
import { FairTurns } from '../fair-turns.js'
import { FileLock } from '../file-lock.js'
import { faultCodeOf } from '../system-fault.js'

/** Names of sealed pictures: 128 random bits, which tell nothing of the picture. */
const sealedName = /^[\w-]{22}\.sealed$/
/** The lock that keeps other servers out of the folder. */
const lockName = '.in-use'
/** Keeps the empty folder in git; not worth a line in the log. */
const keeper = '.gitkeep'

/** How many bytes of a file are read at once. */
export const pictureReadBytes = 16_384
/** So many reads run at once, each with a descriptor of those that `descriptors.ts` keeps free. */
const mostReads = 8
/** The system's codes for having no descriptor left, in this process or at all. */
const outOfDescriptors = ['EMFILE', 'ENFILE']
/** Milliseconds after which there may be a descriptor again. */
const retryAfterMs = 1000
/** While no picture can be written, the log says so once in this many milliseconds. */
const sayEveryMs = 60_000

/** The folder of sealed pictures, which only the process that wrote them can decrypt. */
export class UploadFolder {
  readonly #path: string
  readonly #log: Logger
  /** Nobody is refused here: what may wait is bounded by what each person may leave unread. */
  readonly #reads = new FairTurns<UserId>({ atOnce: mostReads, retryAfterMs })
  readonly #now: () => number
  #lock: FileLock | null = null
  /** When the log last said that no picture can be written; null while they can. */
  #saidAt: number | null = null

  /** @param now a monotonic clock, in ms */
  constructor(path: string, log: Logger, now = () => performance.now()) {
    this.#path = path
    this.#log = log
    this.#now = now
  }

  /**
   * Takes the folder, and removes what an earlier server left, as its keys are gone. Other files stay, and are named in
   * the log.
   * @throws ConfigError when another server uses it, and when it cannot be used
   */
  async open(): Promise<void> {
    const names = await this.#take().catch((error: unknown) => {
      throw error instanceof ConfigError ? error : new ConfigError(this.#explain(error), { cause: error })
    })
    await Promise.all(names.filter(name => sealedName.test(name)).map(name => this.remove(name)))
    const others = names.filter(name => !sealedName.test(name) && name !== keeper && name !== lockName)
    if (others.length > 0) this.#log.warn({ files: others }, 'UPLOAD_DIR holds foreign files, which are left alone')
  }

  async #take(): Promise<string[]> {
    await mkdir(this.#path, { recursive: true })
    await access(this.#path, constants.R_OK | constants.W_OK | constants.X_OK)
    this.#lock = await FileLock.take(join(this.#path, lockName))
    if (!this.#lock)
      throw new ConfigError(
        `UPLOAD_DIR is "${this.#path}", but another server is using this folder. Give each its own.`,
      )
    return readdir(this.#path)
  }

  #explain(error: unknown): string {
    const code = faultCodeOf(error)
    const setting = `UPLOAD_DIR is "${this.#path}"`
    if (code === 'EEXIST' || code === 'ENOTDIR') return `${setting} but must be a folder, and a file stands there.`
    return `${setting} but must be a folder that the user that runs the server may read and write (${code}).`
  }

  /**
   * Writes a file under a new name, and resolves with that name. Of a file that cannot be written whole nothing stays.
   * @throws ChatError `server_busy` when no descriptor is left; `storage_failed` when the disk is full, or fails
   */
  async write(parts: readonly Buffer[]): Promise<string> {
    const name = `${randomBytes(16).toString('base64url')}.sealed`
    const path = join(this.#path, name)
    try {
      await writeFile(path, parts, { flag: 'wx', mode: 0o600 })
    } catch (error) {
      // On a full disk the file is made, but is cut off.
      await rm(path, { force: true }).catch((left: unknown) => this.#noteLeft(left))
      return this.#refuseWrite(error)
    }
    if (this.#saidAt !== null) this.#log.warn('encrypted pictures can be written again')
    this.#saidAt = null
    return name
  }

  /**
   * Reads a file part by part, without an open descriptor in between: a slow reader would hold it for long.
   * @param readerId for whom: one part a person is read at a time, and people take turns
   * @throws ChatError `server_busy` when no descriptor is left
   */
  async *read(name: string, readerId: UserId): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; ; ) {
      const part = await this.#readPart(name, at, readerId)
      if (part.length === 0) return
      at += part.length
      yield part
    }
  }

  async #readPart(name: string, at: number, readerId: UserId): Promise<Buffer> {
    const giveBack = await this.#reads.take(readerId)
    try {
      const file = await open(join(this.#path, name))
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(pictureReadBytes), 0, pictureReadBytes, at)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    } catch (error) {
      return this.#refuse(error)
    } finally {
      giveBack()
    }
  }

  #refuseWrite(error: unknown): never {
    if (outOfDescriptors.includes(faultCodeOf(error))) this.#refuse(error)
    const now = this.#now()
    if (this.#saidAt === null || now - this.#saidAt >= sayEveryMs) {
      this.#log.error(
        { err: error },
        'an encrypted picture could not be written: the disk of UPLOAD_DIR is full, or fails',
      )
      this.#saidAt = now
    }
    throw new ChatError('storage_failed')
  }

  /** Logs that descriptors have run out, and tells whoever asked to try again. */
  #refuse(error: unknown): never {
    if (!outOfDescriptors.includes(faultCodeOf(error))) throw error
    this.#log.error({ err: error }, 'no file descriptor is left for an encrypted picture')
    throw new ChatError('server_busy', retryAfterMs)
  }

  /** Removes a sealed picture. If that fails, it is only logged: without its key the file is of no use to anyone. */
  async remove(name: string): Promise<void> {
    try {
      await unlink(join(this.#path, name))
    } catch (error) {
      this.#noteLeft(error)
    }
  }

  #noteLeft(error: unknown): void {
    this.#log.error({ err: error }, 'an encrypted picture could not be deleted')
  }

  /** Releases the folder. */
  async close(): Promise<void> {
    await this.#lock?.release()
    this.#lock = null
  }
}
