import type { Clock } from '../../chat/clock.js'
import { partAt, partLength, stuckMs } from '../../text-parts.js'
import type { UnreadShare } from '../../unread-bytes.js'
import { ReadPace } from './read-pace.js'

/** A reader that is further behind than this is cut. It catches up when it reconnects. */
const mostBufferedBytes = 1_048_576
/** To a reader that is this far behind, typing and presence are not sent. */
const busyBytes = 65_536
/** If a reader takes nothing for this long, its buffer may hold messages that have expired. */
const stalledMs = 1000

/** Called when the other end or the operating system has taken what was sent; with an error if neither ever will. */
export type OnTaken = (error?: Error | null) => void

/** A text, or a part of one. Nothing else is sent between the first and the last part of a text. */
export interface Part {
  readonly text: string
  readonly isFirst: boolean
  readonly isLast: boolean
  /** The page's state once it has the whole text, if known. */
  readonly state: string | undefined
}

/** What a write queue writes to: a socket or an HTTP response. */
export interface Channel {
  /** How many bytes were sent and not taken yet. */
  readonly bufferedBytes: number
  /** @param bytes the length of the part's text as UTF-8 */
  send(part: Part, bytes: number, onTaken: OnTaken): void
  /** Ends it at once, without a close handshake. */
  cut(): void
}

/**
 * Writes to a channel, and watches how fast the other end reads.
 *
 * A reader that is more than a mebibyte behind is cut. A catch-up may be longer and does not count, but only one may be
 * pending, so a connection holds at most a mebibyte and one catch-up. A reader that takes nothing of a catch-up for ten
 * seconds is cut. Everything unread also counts against the person's limit (`UnreadShare`) and must be read at a minimum
 * pace (`ReadPace`).
 */
export class WriteQueue {
  readonly #clock: Clock
  readonly #channel: Channel
  readonly #share: UnreadShare | null
  readonly #pace: ReadPace
  #waiting = 0
  #waitingSince = 0
  #isOver = false
  #isCatchingUp = false
  /** The length of the pending catch-up. It counts whole, as its text stays in memory until the last part is taken. */
  #catchUpBytes = 0
  #cancelStuck: () => void = () => {}
  /** What was written while a catch-up is pending, in order. It is sent after the catch-up. */
  #deferred: { readonly whole: Part; readonly bytes: number }[] = []
  #deferredBytes = 0
  #whenTaken: (() => void)[] = []

  /** @param share is told how many bytes are unread; null if they count against nobody's limit */
  constructor(clock: Clock, channel: Channel, share: UnreadShare | null = null) {
    this.#clock = clock
    this.#channel = channel
    this.#share = share
    this.#pace = new ReadPace(clock, () => channel.cut())
  }

  get isBusy(): boolean {
    return this.#isCatchingUp || this.#channel.bufferedBytes > busyBytes
  }

  /** Whether a catch-up is pending: sent, and not taken completely. */
  get isCatchingUp(): boolean {
    return this.#isCatchingUp
  }

  /** Writes a text, and cuts the channel if the reader is too far behind. */
  write(text: string, state?: string): void {
    const whole = { text, isFirst: true, isLast: true, state }
    const bytes = Buffer.byteLength(text)
    if (this.#isCatchingUp) {
      this.#deferred.push({ whole, bytes })
      this.#deferredBytes += bytes
    }
    if (this.#channel.bufferedBytes + this.#deferredBytes > mostBufferedBytes) this.#channel.cut()
    if (!this.#isCatchingUp) this.#send(whole, bytes)
    this.#noteWaiting()
  }

  /** Writes a catch-up, which may be longer than a mebibyte. If one is pending already, this is an ordinary write. */
  catchUp(text: string, state?: string): void {
    if (text.length <= partLength || this.#isCatchingUp) this.write(text, state)
    else {
      this.#isCatchingUp = true
      this.#catchUpBytes = Buffer.byteLength(text)
      this.#sendPart(text, 0, state)
      this.#noteWaiting()
    }
  }

  /** Resolves once no catch-up is pending, or the channel has closed. */
  async taken(): Promise<void> {
    if (!this.#isCatchingUp) return
    await new Promise<void>(resolve => {
      this.#whenTaken.push(resolve)
    })
  }

  cutIfStalled(): void {
    if (this.#waiting > 0 && this.#clock.now() - this.#waitingSince > stalledMs) this.#channel.cut()
  }

  /** Must be called when the channel has closed. Drops what is deferred and resolves `taken`. */
  end(): void {
    this.#isOver = true
    this.#deferred = []
    this.#cancelStuck()
    this.#endCatchUp()
    this.#pace.end()
  }

  #send(part: Part, bytes: number): void {
    this.#channel.send(part, bytes, this.#begin(bytes))
  }

  /** Notes that a text was sent; the function it returns must be called when the text was taken. */
  #begin(bytes: number): () => void {
    if (this.#waiting === 0) this.#waitingSince = this.#clock.now()
    this.#waiting += 1
    // The closure must not hold the text: a message in it may expire before it is taken.
    return () => {
      this.#waiting -= 1
      this.#waitingSince = this.#clock.now()
      this.#pace.noteTaken(bytes)
      this.#noteWaiting()
    }
  }

  #noteWaiting(): void {
    if (this.#isOver) return
    const bytes = this.#channel.bufferedBytes + this.#deferredBytes + this.#catchUpBytes
    this.#share?.set(bytes)
    this.#pace.noteWaiting(bytes)
  }

  #sendPart(text: string, from: number, state: string | undefined): void {
    const part = partAt(text, from)
    const to = from + part.length
    const isLast = to === text.length
    const bytes = Buffer.byteLength(part)
    const noteTaken = this.#begin(bytes)
    this.#cancelStuck = this.#clock.after(stuckMs, () => this.#channel.cut())
    this.#channel.send({ text: part, isFirst: from === 0, isLast, state }, bytes, error => {
      noteTaken()
      this.#cancelStuck()
      if (error) this.#deferred = []
      if (error || isLast || this.#isOver) this.#endCatchUp()
      else this.#sendPart(text, to, state)
    })
  }

  #endCatchUp(): void {
    this.#isCatchingUp = false
    this.#deferredBytes = 0
    this.#catchUpBytes = 0
    for (const { whole, bytes } of this.#deferred.splice(0)) this.#send(whole, bytes)
    this.#noteWaiting()
    for (const resolve of this.#whenTaken.splice(0)) resolve()
  }
}
