type Work = () => Promise<void>

/** Does the work of a page one piece after another. */
export class PageTurns {
  readonly #afterEach: () => void
  readonly #onError: (error: unknown) => void
  #last: Promise<void> = Promise.resolve()
  #isScheduled = false

  /**
   * @param afterEach called after each piece of work
   * @param onError told what the work or `afterEach` threw; must not throw itself
   */
  constructor(afterEach: () => void, onError: (error: unknown) => void) {
    this.#afterEach = afterEach
    this.#onError = onError
  }

  /** Does some work after all that was asked for before; resolves when it is over, whatever became of it. */
  run(work: Work): Promise<void> {
    this.#last = this.#last.then(work).then(this.#afterEach).catch(this.#onError)
    return this.#last
  }

  /** Does the same work once for all that happens within one tick of the event loop. */
  runAfterTick(work: Work): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.run(work)
    })
  }
}
