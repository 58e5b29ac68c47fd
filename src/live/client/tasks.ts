import type { Answer } from '../../chat/answer.js'

/** Something to be done. What it returns is waited for before the next one begins. */
export type Task = () => Answer<void>

/**
 * Does tasks one at a time, in their order: at once where none is under way, so that a task that waits for nothing costs no
 * promise.
 */
export class Tasks {
  readonly #onError: (error: unknown) => void
  readonly #waiting: Task[] = []
  #isBusy = false

  /** @param onError told what a task threw or rejected with; must not throw itself */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Whether a task is under way. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  add(task: Task): void {
    if (this.#isBusy) {
      this.#waiting.push(task)
      return
    }
    this.#isBusy = true
    if (this.#isDone(task)) this.#doAll()
  }

  /** Does `work` at once, and what it adds only after it. */
  before<T>(work: () => T): T {
    if (this.#isBusy) return work()
    this.#isBusy = true
    try {
      return work()
    } finally {
      this.#doAll()
    }
  }

  #doAll(): void {
    while (this.#waiting.length > 0) {
      const task = this.#waiting.shift()
      if (task !== undefined && !this.#isDone(task)) return
    }
    this.#isBusy = false
  }

  /** Begins a task. Whether it is over: otherwise the rest is done when it is. */
  #isDone(task: Task): boolean {
    try {
      const done = task()
      if (done === undefined) return true
      void done.catch(this.#onError).then(() => this.#doAll())
      return false
    } catch (error) {
      this.#onError(error)
      return true
    }
  }
}
