import { ChatError } from '../chat/errors.js'

export interface TurnsOptions {
  /** How many may be at work at once. */
  readonly atOnce: number
  readonly maxWaiting: number
  /** After how many milliseconds whoever is refused may ask again. */
  readonly retryAfterMs: number
}

/** Lets work begin when there is a place for it, in the order in which it was asked for. */
export class Turns {
  readonly #options: TurnsOptions
  readonly #waiting: (() => void)[] = []
  #atWork = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /**
   * Answers when the work may begin, with what must be called once when it is over.
   * @throws ChatError `server_busy` when too many wait
   */
  async take(): Promise<() => void> {
    const { atOnce, maxWaiting, retryAfterMs } = this.#options
    if (this.#atWork < atOnce) this.#atWork++
    else if (this.#waiting.length >= maxWaiting) throw new ChatError('server_busy', retryAfterMs)
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    return () => this.#endTurn()
  }

  #endTurn(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#atWork--
  }
}
