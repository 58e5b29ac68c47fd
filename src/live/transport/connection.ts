import type { Logger } from 'pino'
import type { Clock } from '../../chat/clock.js'
import type { Identity, TextSink } from '../subscriber.js'
import { type CloseCode, closeCodes } from './close-codes.js'

/** The wall clock, by which sessions and tokens end, may be set at any time, and no timer notices. */
const longestWaitMs = 60_000

/**
 * A line that ends, with 4401, when the session or token does that opened it. Nothing is said on it after that time, which
 * may have been put off meanwhile: so when it has come it is asked for anew, and what is written waits for the answer.
 */
export class Connection implements TextSink {
  readonly #transport: TextSink
  readonly #identity: Pick<Identity, 'askEnd'>
  readonly #clock: Clock
  readonly #log: Logger
  #endsAt: number
  #isOver = false
  /** What waits to be written until it is known whether the line goes on; null while that is known. */
  #waiting: (() => void)[] | null = null
  #cancelTimer: () => void = () => {}

  constructor(transport: TextSink, identity: Pick<Identity, 'endsAt' | 'askEnd'>, clock: Clock, log: Logger) {
    this.#transport = transport
    this.#identity = identity
    this.#clock = clock
    this.#log = log
    this.#endsAt = identity.endsAt
    this.#arm()
  }

  get isBusy(): boolean {
    return this.#transport.isBusy
  }

  write(text: string, state?: string): void {
    this.#inTime(() => this.#transport.write(text, state))
  }

  catchUp(text: string, state?: string): void {
    this.#inTime(() => this.#transport.catchUp(text, state))
  }

  taken(): Promise<void> {
    return this.#transport.taken()
  }

  close(code: CloseCode): void {
    this.stop()
    this.#transport.close(code)
  }

  cutIfStalled(): void {
    this.#transport.cutIfStalled()
  }

  /** Whether the session or token still holds; a line on which it does not is closed. */
  async check(): Promise<boolean> {
    const endsAt = await this.#askEnd()
    if (this.#isOver) return false
    if (endsAt <= this.#wallTime()) {
      this.close(closeCodes.notLoggedIn)
      return false
    }
    this.#endsAt = endsAt
    for (const write of this.#waiting?.splice(0) ?? []) write()
    this.#waiting = null
    return true
  }

  /** To be called when the line has closed. */
  stop(): void {
    this.#isOver = true
    this.#waiting = null
    this.#cancelTimer()
  }

  #inTime(write: () => void): void {
    if (this.#isOver) return
    if (this.#waiting !== null) this.#waiting.push(write)
    else if (this.#wallTime() < this.#endsAt) write()
    else {
      this.#waiting = [write]
      void this.check()
    }
  }

  async #askEnd(): Promise<number> {
    try {
      return (await this.#identity.askEnd()) ?? 0
    } catch (error) {
      this.#log.error({ err: error }, 'it is not known whether a transport may go on')
      this.close(closeCodes.internalError)
      return 0
    }
  }

  #wallTime(): number {
    return this.#clock.wallTimeOf(this.#clock.now())
  }

  #arm(): void {
    const waitMs = Math.min(Math.max(this.#endsAt - this.#wallTime(), 0), longestWaitMs)
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      if (this.#wallTime() < this.#endsAt) this.#arm()
      else void this.check().then(goesOn => goesOn && this.#arm())
    })
  }
}
