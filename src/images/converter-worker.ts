import type { Logger } from 'pino'
import type { ConversionProblem, ImageRules, Picture } from './conversion.js'
import { ConverterChild, ConverterEnded } from './converter-child.js'
import { readAnswer } from './converter-records.js'
import { tooLargeExitCode } from './converter-watch.js'

/**
 * Milliseconds that a process may take to start beside a busy server, and that a picture may then take. The process watches
 * its own processor time (converter-watch.ts); as it gives way to the server, the same work can take several times as long.
 */
const timeouts = { start: 20_000, picture: 15_000 }
/**
 * How long an idle process is kept: long enough for several pictures in a row, short enough to leave nothing behind.
 */
const idleMs = 10_000
/** Signals that a process causes itself; all others come from outside. */
const crashSignals = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP']

/**
 * Converts one picture at a time, in a process that starts with the first, is replaced when it dies, and ends when
 * idle.
 */
export class ConverterWorker {
  readonly #rules: ImageRules
  readonly #log: Logger
  #child: ConverterChild | null = null
  #idleTimer: NodeJS.Timeout | null = null
  #isStopped = false

  constructor(rules: ImageRules, log: Logger) {
    this.#rules = rules
    this.#log = log
  }

  /** Converts a picture. Resolves with `server_busy` if it failed through no fault of the picture. */
  async convert(file: Buffer): Promise<Picture | ConversionProblem | 'server_busy'> {
    if (this.#idleTimer) clearTimeout(this.#idleTimer)
    const child = this.#livingChild()
    let hasStarted = false
    try {
      await child.ready(timeouts.start)
      hasStarted = true
      return readAnswer(...(await child.exchange(file, timeouts.picture)))
    } catch (error) {
      if (!(error instanceof ConverterEnded)) throw error
      const { code, signal, cause } = error
      if (!this.#isStopped) this.#log.warn({ code, signal, err: cause }, 'the picture process ended')
      return hasStarted ? problemOf(error) : 'server_busy'
    } finally {
      this.#idleTimer = setTimeout(() => this.#child?.stop(), idleMs).unref()
    }
  }

  /** Ends the process. */
  stop(): void {
    this.#isStopped = true
    if (this.#idleTimer) clearTimeout(this.#idleTimer)
    this.#child?.stop()
  }

  #livingChild(): ConverterChild {
    if (this.#child && !this.#child.isOver) return this.#child
    const { maxWidth, maxHeight, quality, maxSize } = this.#rules
    this.#child = new ConverterChild([maxWidth, maxHeight, quality, maxSize].map(String), this.#log)
    return this.#child
  }
}

/** Why a process ended in the middle of a picture. */
function problemOf({ code, signal }: ConverterEnded): ConversionProblem | 'server_busy' {
  if (code === tooLargeExitCode) return 'image_too_many_pixels'
  return signal !== null && crashSignals.includes(signal) ? 'image_invalid' : 'server_busy'
}
