import { timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { genSaltSync } from 'bcryptjs'
import type { Piscina } from 'piscina'
import { ChatError } from '../chat/errors.js'
import type { PasswordTask } from './password-worker.js'

const MAX_WAITING = 500
const MAX_THREADS = 4
const IDLE_THREAD_MS = 30_000
const MAX_BYTES = 72
const DIGEST_LENGTH = 31

/** What is needed to hash. `cost` is bcrypt's: each one more doubles the work. */
export interface PasswordsOptions {
  readonly cost: number
  /** Told of a worker thread that failed with no work in hand. */
  readonly onError?: (error: unknown) => void
}

/** Hashes and verifies passwords in worker threads, which exist only while there is work. */
export class Passwords {
  readonly #cost: number
  readonly #onError: (error: unknown) => void
  #pool: Promise<Piscina<PasswordTask, string>> | null = null
  #isClosed = false

  constructor({ cost, onError = error => console.error(error) }: PasswordsOptions) {
    this.#cost = cost
    this.#onError = onError
  }

  /**
   * The bcrypt hash of a password with a new salt.
   * @throws ChatError `server_busy` when too many wait
   */
  hash(password: string): Promise<string> {
    return this.#run(password, this.#cost)
  }

  /**
   * Whether the password is the one of the hash. Over 72 bytes it never is, since bcrypt would not look at the rest.
   * @throws ChatError `server_busy` when too many wait
   */
  async verify(password: string, hash: string): Promise<boolean> {
    const wanted = Buffer.from(hash)
    const computed = Buffer.from(await this.#run(password, hash.slice(0, -DIGEST_LENGTH)))
    const isSame = wanted.length === computed.length && timingSafeEqual(wanted, computed)
    return isSame && Buffer.byteLength(password.normalize('NFC')) <= MAX_BYTES
  }

  /** A hash that belongs to no password and takes as long to verify as any other. */
  dummyHash(): string {
    return genSaltSync(this.#cost) + '.'.repeat(DIGEST_LENGTH)
  }

  /** Lets what is being hashed finish, refuses what waits, ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true
    const pool = await this.#pool
    await pool?.close({ force: true })
  }

  async #run(password: string, salt: number | string): Promise<string> {
    if (this.#isClosed) throw new ChatError('server_busy', 1000)
    this.#pool ??= openPool(this.#onError)
    const pool = await this.#pool
    if (this.#isClosed || pool.queueSize >= MAX_WAITING) throw new ChatError('server_busy', 1000)
    try {
      // One person's keyboards differ in how they compose an accented letter.
      return await pool.run({ password: password.normalize('NFC'), salt })
    } catch (error) {
      if (this.#isClosed) throw new ChatError('server_busy', 1000)
      throw error
    }
  }
}

/** Opened at the first password: a server where nobody has logged in yet idles without the megabytes of it. */
async function openPool(onError: (error: unknown) => void): Promise<Piscina<PasswordTask, string>> {
  const { Piscina } = await import('piscina')
  const pool = new Piscina<PasswordTask, string>({
    filename: fileURLToPath(new URL('./password-worker.js', import.meta.url)),
    name: 'hashPassword',
    minThreads: 0,
    // One core stays free for everyone's chat.
    maxThreads: Math.min(Math.max(availableParallelism() - 1, 1), MAX_THREADS),
    idleTimeout: IDLE_THREAD_MS,
    stricterFIFO: true,
    recordTiming: false,
    env: {},
  })
  pool.on('error', onError)
  return pool
}
