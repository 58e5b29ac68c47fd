import { ChatError } from './chat/errors.js'

export interface FairTurnsOptions {
  /** How many may be at work at once. */
  readonly atOnce: number
  /** How many may wait, of all owners together; without limit when left out. */
  readonly maxWaiting?: number
  /** How many of one owner's may wait; without limit when left out. */
  readonly maxWaitingEach?: number
  /** After how many milliseconds whoever is refused may ask again. */
  readonly retryAfterMs: number
}

type Begin = () => void

/**
 * Lets work that has an owner, such as a person, begin when there is a place for it. One owner is at work once at a time:
 * what else they ask for waits behind their own, and owners that wait are served in rotation, so that nobody waits for all
 * that another has asked for.
 */
export class FairTurns<Owner> {
  readonly #options: FairTurnsOptions
  readonly #atWork = new Set<Owner>()
  /** In the order in which the owners are next. */
  readonly #queues = new Map<Owner, Begin[]>()
  #waiting = 0

  constructor(options: FairTurnsOptions) {
    this.#options = options
  }

  /**
   * Answers when the work may begin, with what must be called when it is over.
   * @param signal of whoever asked having gone away: what still waits is given up
   * @throws ChatError `server_busy` when too many wait; `bad_request` when it was given up
   */
  async take(owner: Owner, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw new ChatError('bad_request')
    if (this.#mayBegin(owner)) this.#atWork.add(owner)
    else await this.#wait(owner, signal)
    return () => {
      this.#atWork.delete(owner)
      this.#beginNext()
    }
  }

  #mayBegin(owner: Owner): boolean {
    return this.#atWork.size < this.#options.atOnce && !this.#atWork.has(owner)
  }

  #wait(owner: Owner, signal: AbortSignal | undefined): Promise<void> {
    const { maxWaiting = Number.POSITIVE_INFINITY, maxWaitingEach = maxWaiting, retryAfterMs } = this.#options
    const queue = this.#queues.get(owner) ?? []
    if (this.#waiting >= maxWaiting || queue.length >= maxWaitingEach) throw new ChatError('server_busy', retryAfterMs)
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp)
        this.#atWork.add(owner)
        resolve()
      }
      const giveUp = () => {
        this.#remove(owner, begin)
        reject(new ChatError('bad_request'))
      }
      queue.push(begin)
      this.#queues.set(owner, queue)
      this.#waiting++
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  #remove(owner: Owner, begin: Begin): void {
    const rest = this.#queues.get(owner)?.filter(each => each !== begin) ?? []
    if (rest.length > 0) this.#queues.set(owner, rest)
    else this.#queues.delete(owner)
    this.#waiting--
  }

  #beginNext(): void {
    for (const [owner, [begin]] of this.#queues) {
      if (!begin || !this.#mayBegin(owner)) continue
      this.#remove(owner, begin)
      const rest = this.#queues.get(owner)
      // What else this owner waits for comes after the others'.
      if (rest && this.#queues.delete(owner)) this.#queues.set(owner, rest)
      begin()
    }
  }
}
