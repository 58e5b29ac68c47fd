type Task = () => Promise<void>

/** Runs a page's tasks one at a time. */
export class PageTurns {
  readonly #afterEach: () => void
  readonly #onError: (error: unknown) => void
  #last: Promise<void> = Promise.resolve()
  #isScheduled = false

  /**
   * @param afterEach called after each task
   * @param onError told what a task or `afterEach` threw; must not throw itself
   */
  constructor(afterEach: () => void, onError: (error: unknown) => void) {
    this.#afterEach = afterEach
    this.#onError = onError
  }

  /** Queues a task; resolves when it has finished or failed. */
  run(task: Task): Promise<void> {
    this.#last = this.#last.then(task).then(this.#afterEach).catch(this.#onError)
    return this.#last
  }

  /** Queues a task once for all calls within one tick of the event loop. */
  runAfterTick(task: Task): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.run(task)
    })
  }
}
