import { ChatError } from './chat/errors.js'

/** How many may work and wait. */
export interface FairTurnsOptions {
  /** How many may work at once, of all owners together. */
  readonly atOnce: number
  /** How many of one owner may; one by default. */
  readonly atOnceEach?: number
  /** How many may wait, of all owners together; without limit by default. */
  readonly maxWaiting?: number
  /** How many of one owner may wait; without limit by default. */
  readonly maxWaitingEach?: number
  /** Milliseconds after which whoever is refused may ask again. */
  readonly retryAfterMs: number
}

type Begin = () => void

/**
 * Lets work begin when there is a place for it. Each piece of work has an owner, such as a person. Of one owner only so many pieces
 * run at a time, and waiting owners take turns, so that nobody waits for everything another has asked for.
 */
export class FairTurns<Owner> {
  readonly #options: FairTurnsOptions
  /** How many pieces of each owner run, and of all together. */
  readonly #atWork = new Map<Owner, number>()
  #running = 0
  /** The next owner first. */
  readonly #queues = new Map<Owner, Begin[]>()
  #waiting = 0

  constructor(options: FairTurnsOptions) {
    this.#options = options
  }

  /**
   * Resolves when the work may begin, with a function that must be called when it is over.
   * @param signal aborted once whoever asked has gone: work that still waits is dropped
   * @throws ChatError `server_busy` when too many wait; `bad_request` when it was dropped
   */
  async take(owner: Owner, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw new ChatError('bad_request')
    if (this.#mayBegin(owner)) this.#begin(owner)
    else await this.#wait(owner, signal)
    return () => {
      this.#end(owner)
      this.#beginNext(owner)
    }
  }

  #mayBegin(owner: Owner): boolean {
    const { atOnce, atOnceEach = 1 } = this.#options
    return this.#running < atOnce && (this.#atWork.get(owner) ?? 0) < atOnceEach
  }

  #begin(owner: Owner): void {
    this.#atWork.set(owner, (this.#atWork.get(owner) ?? 0) + 1)
    this.#running += 1
  }

  #end(owner: Owner): void {
    const left = (this.#atWork.get(owner) ?? 1) - 1
    if (left === 0) this.#atWork.delete(owner)
    else this.#atWork.set(owner, left)
    this.#running -= 1
  }

  #wait(owner: Owner, signal: AbortSignal | undefined): Promise<void> {
    const { maxWaiting = Number.POSITIVE_INFINITY, maxWaitingEach = maxWaiting, retryAfterMs } = this.#options
    const queue = this.#queues.get(owner) ?? []
    if (this.#waiting >= maxWaiting || queue.length >= maxWaitingEach) throw new ChatError('server_busy', retryAfterMs)
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp)
        this.#begin(owner)
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

  #beginNext(freed: Owner): void {
    const { atOnce } = this.#options
    // Without a limit for all, whoever waits does so for their own work alone.
    const owners = atOnce === Number.POSITIVE_INFINITY ? [freed] : this.#queues.keys()
    for (const owner of owners) {
      if (this.#running >= atOnce) return
      const [begin] = this.#queues.get(owner) ?? []
      if (!begin || !this.#mayBegin(owner)) continue
      this.#remove(owner, begin)
      const rest = this.#queues.get(owner)
      // The other work of this owner comes after that of the other owners.
      if (rest && this.#queues.delete(owner)) this.#queues.set(owner, rest)
      begin()
    }
  }
}
