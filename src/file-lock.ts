import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { faultCodeOf } from './system-fault.js'

const ownerOnly = 0o600
const beatMs = 1000
/** A holder whose process cannot be looked up is alive if it beats within this time. */
const watchMs = 4 * beatMs
const lookMs = 250

/**
 * Who holds a lock. Process ids are used again, so a process is named by its id, where that id counts, and its start.
 */
const holderSchema = z.object({
  token: z.string(),
  pid: z.int(),
  /** The boot and the process namespace that `pid` counts in; null if the system does not tell. */
  place: z.string().nullable(),
  startedAt: z.string().nullable(),
})

type Holder = z.infer<typeof holderSchema>

/**
 * A lock file that one process at a time holds. A lock left by a crash keeps nobody out. One that is merely gone, such as by a job
 * that clears a folder, or that names nobody any more, is taken again.
 */
export class FileLock {
  readonly #path: string
  readonly #mine: Holder
  readonly #beat: NodeJS.Timeout
  /** What reads and writes the file does so one after the other: half a lock would look like that of another. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(path: string, mine: Holder) {
    this.#path = path
    this.#mine = mine
    this.#beat = setInterval(() => {
      // A beat that fails is seen by whoever looks at the file; the holder itself asks `hold`.
      this.#turn = this.#turn.then(() => this.#keepAlive()).catch(() => {})
    }, beatMs).unref()
  }

  /**
   * Takes a lock; null if another process holds it. Takes up to five seconds where someone left a lock.
   * @param path of the lock file, which is made
   * @throws the system's error if the file cannot be read or written
   */
  static async take(path: string): Promise<FileLock | null> {
    const token = randomUUID()
    const mine = { token, pid: process.pid, place: placeOfPids(), startedAt: startOf(process.pid) }
    if (!(await tryWrite(path, mine))) {
      const left = await readHolder(path)
      if (await isAlive(path, left)) return null
      if ((await readHolder(path))?.token === left?.token) await rm(path, { force: true })
      if (!(await tryWrite(path, mine))) return null
      // Two processes may have found the same leftover. The later one has replaced the lock of the earlier by now.
      await pause(lookMs)
      if ((await readHolder(path))?.token !== token) return null
    }
    return new FileLock(path, mine)
  }

  /** Whether the lock is still ours. */
  async isHeld(): Promise<boolean> {
    return (await readHolder(this.#path))?.token === this.#mine.token
  }

  /**
   * Whether the lock is ours, once it was taken again if its file was gone, or named nobody. If not, another process has taken it.
   * @throws the system's error if the file cannot be read or written
   */
  hold(): Promise<boolean> {
    const held = this.#turn.then(async () => (await this.isHeld()) || (await this.#takeAgain()))
    this.#turn = held.catch(() => {})
    return held
  }

  /** Releases the lock. */
  async release(): Promise<void> {
    clearInterval(this.#beat)
    await this.#turn
    // What cannot be read is not ours to remove.
    if (await this.isHeld().catch(() => false)) await rm(this.#path, { force: true })
  }

  async #takeAgain(): Promise<boolean> {
    if (await tryWrite(this.#path, this.#mine)) return true
    if ((await readHolder(this.#path)) !== null) return false
    // Another process may be writing it at this moment.
    await pause(lookMs)
    if ((await readHolder(this.#path)) !== null) return false
    await rm(this.#path, { force: true })
    return tryWrite(this.#path, this.#mine)
  }

  async #keepAlive(): Promise<void> {
    try {
      await utimes(this.#path, new Date(), new Date())
    } catch (error) {
      if (faultCodeOf(error) !== 'ENOENT') throw error
      await this.#takeAgain()
    }
  }
}

/** False if there is a lock already. */
async function tryWrite(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx', mode: ownerOnly })
    return true
  } catch (error) {
    if (faultCodeOf(error) === 'EEXIST') return false
    // On a full disk the file is made, but stays empty.
    await rm(path, { force: true })
    throw error
  }
}

/** Null if there is no lock, or one whose writer was killed before it was whole. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holderSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null
  } catch (error) {
    // ENXIO: a socket, which an earlier version used as its lock.
    if (error instanceof SyntaxError || ['ENOENT', 'ENXIO'].includes(faultCodeOf(error))) return null
    throw error
  }
}

async function isAlive(path: string, holder: Holder | null): Promise<boolean> {
  if (holder?.place && holder.place === placeOfPids()) return startOf(holder.pid) === holder.startedAt
  // Another machine or container, or a system that tells less: only the beat shows whether the holder lives.
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
    if (faultCodeOf(error) === 'ENOENT') return 0
    throw error
  }
}

/** Null if the system does not tell. */
function placeOfPids(): string | null {
  return orNull(
    () => `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
  )
}

/** When a process started, in ticks since the boot; null if there is none, or the system does not tell. */
function startOf(pid: number): string | null {
  // The name of the program stands in brackets and may hold spaces, so the fields are counted from behind it.
  return orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null)
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
