import type { Logger } from 'pino'
import type { UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { FairTurns } from '../fair-turns.js'
import type { ImageRules, Picture } from './conversion.js'
import { ConverterWorker } from './converter-worker.js'

/** How many pictures are converted at once, each in a process of its own. */
export const atOnce = 2
const maxWaiting = 20
/** As many of one person as `HeldUploads` lets in beside the one being converted. */
const maxWaitingEach = 5
/** Milliseconds after which a refused picture may be sent again: about what twenty pictures take. */
const retryAfterMs = 5000

/** Converts pictures in separate processes, two at once, of different people; others wait their turn. */
export class Converter {
  readonly #workers: readonly ConverterWorker[]
  readonly #idle: ConverterWorker[]
  readonly #turns = new FairTurns<UserId>({ atOnce, maxWaiting, maxWaitingEach, retryAfterMs })
  #isStopped = false

  constructor(rules: ImageRules, log: Logger) {
    this.#workers = Array.from({ length: atOnce }, () => new ConverterWorker(rules, log))
    this.#idle = [...this.#workers]
  }

  /**
   * Encodes a person's picture again, and overwrites the bytes of the file.
   * @param signal aborted once whoever asked has gone: a picture that still waits is dropped
   * @throws ChatError `server_busy` when too many wait, or no process could do it; `image_unsupported`,
   *   `image_too_large`, `image_too_many_pixels`, `image_invalid`
   */
  async convert(file: Buffer, userId: UserId, signal: AbortSignal): Promise<Picture> {
    try {
      const endTurn = await this.#turns.take(userId, signal)
      try {
        return await this.#convertNow(file)
      } finally {
        endTurn()
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

  async #convertNow(file: Buffer): Promise<Picture> {
    const worker = this.#isStopped ? undefined : this.#idle.pop()
    if (!worker) throw new ChatError('server_busy', retryAfterMs)
    try {
      const picture = await worker.convert(file)
      if (picture === 'server_busy') throw new ChatError('server_busy', retryAfterMs)
      if (typeof picture === 'string') throw new ChatError(picture)
      return picture
    } finally {
      this.#idle.push(worker)
    }
  }
}
