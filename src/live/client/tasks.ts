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
    this.#waiting.push(task)
    if (!this.#isBusy) this.#doAll()
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
    this.#isBusy = true
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      try {
        const done = task()
        if (done === undefined) continue
        void done.catch(this.#onError).then(() => this.#doAll())
        return
      } catch (error) {
        this.#onError(error)
      }
    }
    this.#isBusy = false
  }
}
