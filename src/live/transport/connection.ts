import type { Logger } from 'pino'
import type { Clock } from '../../chat/clock.js'
import { isStorageFailure } from '../../chat/errors.js'
import { type CloseCode, closeCodes } from '../client/close-codes.js'
import type { Identity, TextSink } from '../client/subscriber.js'

/** Sessions and tokens end by the wall clock. Someone may set it, and a running timer does not notice: look again. */
const longestWaitMs = 60_000

/**
 * A transport that ends with the session or token that opened it: it is closed with 4401. The end may have been put off
 * since the handshake, so when it comes the current end is looked up, and writes wait for the answer.
 */
export class Connection implements TextSink {
  readonly #transport: TextSink
  readonly #identity: Pick<Identity, 'readEnd'>
  readonly #clock: Clock
  readonly #log: Logger
  #endsAt: number
  #isOver = false
  /** Writes held back while the current end is looked up; null when none is being looked up. */
  #heldWrites: (() => void)[] | null = null
  #cancelTimer: () => void = () => {}

  constructor(transport: TextSink, identity: Pick<Identity, 'endsAt' | 'readEnd'>, clock: Clock, log: Logger) {
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
    if (this.#mayWrite) this.#transport.write(text, state)
    else this.#writeOnceValid(() => this.#transport.write(text, state))
  }

  catchUp(text: string, state?: string): void {
    if (this.#mayWrite) this.#transport.catchUp(text, state)
    else this.#writeOnceValid(() => this.#transport.catchUp(text, state))
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

  /**
   * Whether the other end may still speak. Whatever ends a session or token before its time closes its connections at once,
   * so nothing is looked up until that time has come.
   */
  isStillAllowed(): boolean | Promise<boolean> {
    if (this.#isOver) return false
    return this.#mayWrite || this.check()
  }

  /** Looks up whether the session or token is still valid. If it is not, the transport is closed. */
  async check(): Promise<boolean> {
    const endsAt = await this.#readEnd()
    if (this.#isOver) return false
    if (endsAt <= this.#wallTime()) {
      this.close(closeCodes.notLoggedIn)
      return false
    }
    this.#endsAt = endsAt
    for (const write of this.#heldWrites?.splice(0) ?? []) write()
    this.#heldWrites = null
    return true
  }

  /** Must be called when the transport has closed. */
  stop(): void {
    this.#isOver = true
    this.#heldWrites = null
    this.#cancelTimer()
  }

  get #mayWrite(): boolean {
    return !this.#isOver && this.#heldWrites === null && this.#wallTime() < this.#endsAt
  }

  #writeOnceValid(write: () => void): void {
    if (this.#isOver) return
    if (this.#heldWrites !== null) this.#heldWrites.push(write)
    else {
      this.#heldWrites = [write]
      void this.check()
    }
  }

  async #readEnd(): Promise<number> {
    try {
      return (await this.#identity.readEnd()) ?? 0
    } catch (error) {
      // What says so is away for a while: what was known of the end counts until then.
      if (isStorageFailure(error)) {
        if (this.#wallTime() < this.#endsAt) return this.#endsAt
        this.close(closeCodes.tooBusy)
        return 0
      }
      this.#log.error({ err: error }, 'the end of a session could not be looked up')
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
      else void this.check().then(isValid => isValid && this.#arm())
    })
  }
}
