import { attempt, goOn } from '../../chat/answer.js'
import { type Task, Tasks } from '../client/tasks.js'

/** Runs a page's tasks one at a time. */
export class PageTurns {
  readonly #afterEach: () => void
  readonly #onError: (error: unknown) => void
  readonly #tasks: Tasks
  #isScheduled = false

  /**
   * @param afterEach called after each task that has not failed
   * @param onError told what a task or `afterEach` threw; must not throw itself
   */
  constructor(afterEach: () => void, onError: (error: unknown) => void) {
    this.#afterEach = afterEach
    this.#onError = onError
    this.#tasks = new Tasks(onError)
  }

  /** Queues a task; resolves when it has finished or failed. */
  run(task: Task): Promise<void> {
    return new Promise(resolve => {
      this.#tasks.add(() =>
        goOn(
          attempt(() => this.#do(task), this.#onError),
          resolve,
        ),
      )
    })
  }

  /** Queues a task once for all calls within one tick of the event loop. */
  runAfterTick(task: Task): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#tasks.add(() => this.#do(task))
    })
  }

  #do(task: Task) {
    return goOn(task(), () => this.#afterEach())
  }
}
