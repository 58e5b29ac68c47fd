import { Worker } from 'node:worker_threads'
import type { PasswordTask } from './password-worker.js'

interface Pending {
  resolve(hash: string): void
  reject(error: unknown): void
}

/** A worker thread that hashes one password at a time. It does not keep the process alive while it is idle. */
export class PasswordThread {
  readonly #worker: Worker
  #pending: Pending | null = null
  #failure: unknown = null

  /**
   * Starts a thread that runs a module such as `password-worker.js`.
   * @throws Error when no more threads can start
   */
  constructor(module: URL) {
    this.#worker = new Worker(module, { env: {}, execArgv: [] })
    this.#worker.on('message', (hash: string) => {
      this.#pending?.resolve(hash)
      this.#pending = null
    })
    this.#worker.on('error', error => this.#fail(error))
    this.#worker.on('exit', code => this.#fail(new Error(`the thread that hashes passwords ended with ${code}`)))
    this.#worker.unref()
  }

  /** Whether it has ended, or could not start. */
  get isOver(): boolean {
    return this.#failure !== null
  }

  /**
   * Hashes a password.
   * @throws Error when the thread could not start, ends, or has not answered within `timeoutMs`, after which it is
   * ended
   */
  async run(task: PasswordTask, timeoutMs: number): Promise<string> {
    if (this.#failure !== null) throw this.#failure
    const timer = setTimeout(() => void this.end(), timeoutMs)
    this.#worker.ref()
    try {
      return await new Promise((resolve, reject) => {
        this.#pending = { resolve, reject }
        this.#worker.postMessage(task)
      })
    } finally {
      clearTimeout(timer)
      this.#worker.unref()
    }
  }

  /** Ends it, also in the middle of its work. */
  async end(): Promise<void> {
    this.#fail(new Error('the thread that hashes passwords was ended'))
    await this.#worker.terminate()
  }

  #fail(failure: unknown): void {
    this.#failure ??= failure
    this.#pending?.reject(this.#failure)
    this.#pending = null
  }
}
