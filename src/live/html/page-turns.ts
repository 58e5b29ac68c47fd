import { attempt, goOn } from '../../chat/answer.js'
import { type Task, Tasks } from '../client/tasks.js'
import type { Gathering, WriteTurns } from '../transport/write-turns.js'

/** Runs a page's tasks one at a time. */
export class PageTurns implements Gathering {
  readonly #afterEach: () => void
  readonly #atEnd: Task
  readonly #tasks: Tasks
  readonly #onError: (error: unknown) => void
  readonly #writeTurns: WriteTurns
  readonly #finish: Task = () => this.#do(this.#atEnd)
  #isScheduled = false

  /**
   * @param atEnd the task that ends a turn of the event loop
   * @param afterEach called after each task that has not failed, but not after those of `runNow`
   * @param onError told what a task or `afterEach` threw; must not throw itself
   */
  constructor(atEnd: Task, afterEach: () => void, onError: (error: unknown) => void, writeTurns: WriteTurns) {
    this.#atEnd = atEnd
    this.#afterEach = afterEach
    this.#onError = onError
    this.#writeTurns = writeTurns
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

  /** Does a task at once; does nothing while another is under way. */
  runNow(task: Task): void {
    if (!this.#tasks.isBusy) this.#tasks.add(task)
  }

  /** Queues the task that ends this turn of the event loop, once for all calls within it. */
  runAtEnd(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#writeTurns.gather(this)
  }

  flush(): void {
    this.#isScheduled = false
    this.#tasks.add(this.#finish)
  }

  #do(task: Task) {
    return goOn(task(), () => this.#afterEach())
  }
}
