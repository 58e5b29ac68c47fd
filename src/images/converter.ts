import type { Logger } from 'pino'
import { ChatError } from '../chat/errors.js'
import type { ImageRules, Picture } from './conversion.js'
import { ConverterWorker } from './converter-worker.js'

/** Sources: the issue, "Pictures that leave no trace", 3. */
const atWork = 2
const maxWaiting = 20
/** A refused picture may be sent again after this: about what twenty take. */
const retryAfterMs = 5000
/** A 50-megapixel picture takes 2 s of a processor; one that has it not to itself takes more. */
const timeoutMs = 30_000
/** Long enough for several pictures one after another, short enough that nothing stays around. */
const idleMs = 10_000

interface Waiting {
  readonly begin: (worker: ConverterWorker) => void
}

/** Converts pictures in processes of their own: two at once, others wait their turn. */
export class Converter {
  readonly #idle: ConverterWorker[]
  readonly #workers: readonly ConverterWorker[]
  readonly #waiting: Waiting[] = []
  #isStopped = false

  constructor(rules: ImageRules, log: Logger) {
    const onCrash = (code: number | null, signal: string | null) => {
      if (!this.#isStopped) log.warn({ code, signal }, 'a picture ended the process that read it')
    }
    this.#workers = Array.from({ length: atWork }, () => new ConverterWorker(rules, idleMs, log, onCrash))
    this.#idle = [...this.#workers]
  }

  /**
   * Writes a picture anew and overwrites the file that it came in.
   * @param signal of whoever asked having gone away: what still waits is given up
   * @throws ChatError `server_busy` when too many wait; `image_unsupported`, `image_too_many_pixels`, `image_invalid`
   */
  async convert(file: Buffer, signal: AbortSignal): Promise<Picture> {
    try {
      const worker = await this.#turn(signal)
      try {
        if (this.#isStopped) throw new ChatError('server_busy', retryAfterMs)
        const picture = await worker.convert(file, timeoutMs)
        if (typeof picture === 'string') throw new ChatError(this.#isStopped ? 'server_busy' : picture)
        return picture
      } finally {
        this.#pass(worker)
      }
    } finally {
      file.fill(0)
    }
  }

  /** Ends the processes; what waits is refused. */
  stop(): void {
    this.#isStopped = true
    for (const worker of this.#workers) worker.stop()
  }

  async #turn(signal: AbortSignal): Promise<ConverterWorker> {
    if (signal.aborted) throw new ChatError('bad_request')
    const worker = this.#idle.shift()
    if (worker) return worker
    if (this.#waiting.length >= maxWaiting) throw new ChatError('server_busy', retryAfterMs)
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        begin: next => {
          signal.removeEventListener('abort', giveUp)
          resolve(next)
        },
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(new ChatError('bad_request'))
      }
      this.#waiting.push(waiting)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  #pass(worker: ConverterWorker): void {
    const next = this.#waiting.shift()
    if (next) next.begin(worker)
    else this.#idle.unshift(worker)
  }
}
