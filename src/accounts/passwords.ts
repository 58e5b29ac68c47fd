import { timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { genSaltSync } from 'bcryptjs'
import { ChatError } from '../chat/errors.js'
import { FairTurns } from '../fair-turns.js'
import { builtModule } from '../project-root.js'
import { costOf } from './password-hash.js'
import { PasswordThread } from './password-thread.js'
import type { PasswordTask } from './password-worker.js'

const maxWaiting = 500
const maxThreads = 4
const idleThreadMs = 30_000
const maxBytes = 72
const digestLength = 31
const retryAfterMs = 1000

/** The rounds of cost 10, for which a slow processor takes a quarter of a second. */
const roundsOfCost10 = 2 ** 10
/** The most rounds that wait for each thread: 5 to 16 seconds of work, so that nobody waits longer. */
const maxRoundsAThread = 64 * roundsOfCost10
/**
 * Milliseconds after which a thread will never answer: to start, and for a hash of cost 10, four times what it takes.
 */
const startTimeoutMs = 10_000
const patienceMsOfCost10 = 1000
/** Milliseconds that hashing may still take when the server stops. systemd allows ten seconds for all of the stop. */
const finishMs = 2000

/** `cost` is bcrypt's: one more doubles the work. */
export interface PasswordsOptions {
  readonly cost: number
  /** Called when a worker thread fails. */
  readonly onError?: (error: unknown) => void
  /** The module that worker threads run; tests pass one that fails. */
  readonly worker?: URL
  /** Milliseconds that a thread may take beside the work; tests pass less. */
  readonly beginningMs?: number
}

/** Hashes and verifies passwords in worker threads, which exist only while there is work. */
export class Passwords {
  /** bcrypt's cost of new hashes. */
  readonly cost: number
  readonly #onError: (error: unknown) => void
  readonly #worker: URL
  readonly #beginningMs: number
  // One core stays free for everything else.
  readonly #threads = Math.min(Math.max(availableParallelism() - 1, 1), maxThreads)
  // Each password is an owner of its own here, so that they are hashed in the order in which they came.
  readonly #turns = new FairTurns<PasswordTask>({ atOnce: this.#threads, maxWaiting, retryAfterMs })
  readonly #idle = new Map<PasswordThread, NodeJS.Timeout>()
  readonly #busy = new Set<PasswordThread>()
  readonly #running = new Set<Promise<string>>()
  #roundsInHand = 0
  #isClosed = false

  constructor({
    cost,
    onError = error => console.error(error),
    worker = builtModule('accounts/password-worker.js'),
    beginningMs = startTimeoutMs,
  }: PasswordsOptions) {
    this.cost = cost
    this.#onError = onError
    this.#worker = worker
    this.#beginningMs = beginningMs
  }

  /**
   * The bcrypt hash of a password with a new salt.
   * @throws ChatError `server_busy` when too many wait, or no thread could do it
   */
  hash(password: string): Promise<string> {
    return this.#run({ password, salt: this.cost, dummyCosts: [] }, this.cost)
  }

  /**
   * Whether a password belongs to a hash. One over 72 bytes never does, since bcrypt would ignore the rest.
   * @param highestKept the highest cost of all stored hashes: if given, the work is the same whatever the hash, so that
   * the time it takes tells nothing about the account
   * @throws ChatError `server_busy` when too many wait, or no thread could do it
   */
  async verify(password: string, hash: string, highestKept?: number): Promise<boolean> {
    const cost = costOf(hash)
    const likeCost = highestKept === undefined ? cost : Math.max(cost, this.#costOfLogIn(highestKept))
    // Two hashes of cost c take as long as one of cost c + 1, and so on.
    const dummyCosts = Array.from({ length: likeCost - cost }, (_, n) => cost + n)
    const salt = hash.slice(0, -digestLength)
    const wanted = Buffer.from(hash)
    const computed = Buffer.from(await this.#run({ password, salt, dummyCosts }, likeCost))
    const isSame = wanted.length === computed.length && timingSafeEqual(wanted, computed)
    return isSame && Buffer.byteLength(password.normalize('NFC')) <= maxBytes
  }

  /**
   * A hash that belongs to no password, and takes as long to verify as any stored hash, up to a cost of `highestKept`.
   */
  dummyHash(highestKept = 0): string {
    return genSaltSync(this.#costOfLogIn(highestKept)) + '.'.repeat(digestLength)
  }

  /** Lets running work finish for two seconds, refuses what waits, and ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.race([Promise.allSettled(this.#running), sleep(finishMs, undefined, { ref: false })])
    const idle = [...this.#idle.keys()].map(thread => this.#take(thread))
    await Promise.all([...idle, ...this.#busy].map(thread => thread.end()))
  }

  #costOfLogIn(highestKept: number): number {
    return Math.max(this.cost, highestKept)
  }

  /** @param cost the cost of all jobs together */
  async #run(task: PasswordTask, cost: number): Promise<string> {
    const rounds = 2 ** cost
    const isTooMuch = this.#roundsInHand > 0 && this.#roundsInHand + rounds > this.#threads * maxRoundsAThread
    if (this.#isClosed || isTooMuch) throw new ChatError('server_busy', retryAfterMs)
    this.#roundsInHand += rounds
    try {
      const endTurn = await this.#turns.take(task)
      try {
        const patienceMs = this.#beginningMs + (rounds / roundsOfCost10) * patienceMsOfCost10
        const work = this.#runNow(task, patienceMs)
        this.#running.add(work)
        return await work.finally(() => this.#running.delete(work))
      } finally {
        endTurn()
      }
    } finally {
      this.#roundsInHand -= rounds
    }
  }

  async #runNow(task: PasswordTask, patienceMs: number): Promise<string> {
    if (this.#isClosed) throw new ChatError('server_busy', retryAfterMs)
    try {
      const thread = this.#livingThread()
      this.#busy.add(thread)
      try {
        // Keyboards differ in how they compose an accented letter.
        const hash = await thread.run({ ...task, password: task.password.normalize('NFC') }, patienceMs)
        this.#keep(thread)
        return hash
      } finally {
        this.#busy.delete(thread)
      }
    } catch (error) {
      // The only failures: a thread could not start, has died or was ended.
      this.#onError(error)
      throw new ChatError('server_busy', retryAfterMs)
    }
  }

  #livingThread(): PasswordThread {
    for (const thread of this.#idle.keys()) {
      this.#take(thread)
      if (!thread.isOver) return thread
    }
    return new PasswordThread(this.#worker)
  }

  /** Keeps a thread for the next password, and ends it after a while without one. */
  #keep(thread: PasswordThread): void {
    const end = () => this.#take(thread).end().catch(this.#onError)
    this.#idle.set(thread, setTimeout(end, idleThreadMs).unref())
  }

  #take(thread: PasswordThread): PasswordThread {
    clearTimeout(this.#idle.get(thread))
    this.#idle.delete(thread)
    return thread
  }
}
