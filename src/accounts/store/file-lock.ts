import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { codeOf } from '../../system-fault.js'
import { AccountFileError } from './account-file.js'

const ownerOnly = 0o600
const beatMs = 1000
/** A holder that cannot be looked up is alive if it beats within this time. */
const watchMs = 4 * beatMs
const lookMs = 250

/** Who holds a lock. The process is named by where its number counts, and by when it began, as numbers come again. */
const holderSchema = z.object({
  token: z.string(),
  pid: z.int(),
  /** The boot and the process namespace that `pid` counts in; null where the system does not tell. */
  place: z.string().nullable(),
  startedAt: z.string().nullable(),
})

type Holder = z.infer<typeof holderSchema>

/** A lock file beside a file that one server alone may write. A lock left by a crash keeps nobody out. */
export class FileLock {
  readonly #path: string
  readonly #token: string
  readonly #beat: NodeJS.Timeout

  private constructor(path: string, token: string) {
    this.#path = path
    this.#token = token
    // A beat that fails is seen by whoever looks, and `isHeld` is asked before every write.
    this.#beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), beatMs).unref()
  }

  /**
   * Takes the lock of a file.
   * @throws AccountFileError when another server holds it, or no lock can be written
   */
  static async take(path: string): Promise<FileLock> {
    const lockPath = `${path}.lock`
    const token = randomUUID()
    const mine = { token, pid: process.pid, place: placeOfPids(), startedAt: startOf(process.pid) }
    if (!(await tryWrite(lockPath, mine))) {
      const left = await readHolder(lockPath)
      if (await isAlive(lockPath, left)) throw inUse(path)
      // Of two who find the same leftover, one writes last: the other sees a lock that is not its own, below.
      if ((await readHolder(lockPath))?.token === left?.token) await rm(lockPath, { force: true })
      if (!(await tryWrite(lockPath, mine))) throw inUse(path)
      await pause(lookMs)
      if ((await readHolder(lockPath))?.token !== token) throw inUse(path)
    }
    return new FileLock(lockPath, token)
  }

  /** Whether the lock is still the one that was taken. */
  async isHeld(): Promise<boolean> {
    return (await readHolder(this.#path))?.token === this.#token
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    clearInterval(this.#beat)
    if (await this.isHeld()) await rm(this.#path, { force: true })
  }
}

function inUse(path: string): AccountFileError {
  return new AccountFileError(
    `The file of accounts ${path} is in use by another server: stop that one, or name another file in ACCOUNTS_URL.`,
  )
}

/** False when there is a lock already. */
async function tryWrite(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx', mode: ownerOnly })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // A full disk lets the file begin but not be written.
    await rm(path, { force: true })
    throw new AccountFileError(`No lock can be written at ${path} (${codeOf(error)}).`, { cause: error })
  }
}

/** Null when there is no lock, or one that its writer was killed over. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holderSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function isAlive(path: string, holder: Holder | null): Promise<boolean> {
  if (holder?.place && holder.place === placeOfPids()) return startOf(holder.pid) === holder.startedAt
  // Another machine, another container, or a system that tells less: only its beat shows whether it lives.
  const before = await beatOf(path)
  for (let waited = 0; waited < watchMs; waited += lookMs) {
    await pause(lookMs)
    if ((await beatOf(path)) !== before) return true
  }
  return false
}

async function beatOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

/** Null where the system does not tell. */
function placeOfPids(): string | null {
  return orNull(
    () => `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
  )
}

/** When a process began, in ticks since the boot; null when there is none, or the system does not tell. */
function startOf(pid: number): string | null {
  // The name of the program, in brackets, may hold spaces: what counts comes after it.
  return orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null)
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
