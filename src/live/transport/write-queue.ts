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

/** Called when whole texts were taken, or never will be: how many, and how many bytes they have together. */
export type OnTextsTaken = (texts: number, bytes: number) => void

/** A part of a text. Nothing else is sent between the first and the last part of a text. */
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
  /**
   * Sends a whole text.
   * @param bytes its length as UTF-8
   * @param state the page's state once it has it, if known
   * @param onTaken called once for each text, or once for several; the same for all of a queue
   */
  send(text: string, bytes: number, state: string | undefined, onTaken: OnTextsTaken): void
  sendPart(part: Part, onTaken: OnTaken): void
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
  #deferred: { readonly text: string; readonly bytes: number; readonly state: string | undefined }[] = []
  #deferredBytes = 0
  #whenTaken: (() => void)[] = []
  readonly #noteTextsTaken: OnTextsTaken = (texts, bytes) => this.#noteTaken(texts, bytes)

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
    const bytes = Buffer.byteLength(text)
    if (this.#isCatchingUp) {
      this.#deferred.push({ text, bytes, state })
      this.#deferredBytes += bytes
    }
    if (this.#channel.bufferedBytes + this.#deferredBytes > mostBufferedBytes) this.#channel.cut()
    if (!this.#isCatchingUp) this.#send(text, bytes, state)
    this.#noteWaiting()
  }

  /** Writes a catch-up, which may be longer than a mebibyte. If one is pending already, this is an ordinary write. */
  catchUp(text: string, state?: string): void {
    if (text.length <= partLength || this.#isCatchingUp) this.write(text, state)
    else {
      this.#isCatchingUp = true
      this.#catchUpBytes = heldBytesOf(text)
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

  #send(text: string, bytes: number, state: string | undefined): void {
    this.#begin()
    this.#channel.send(text, bytes, state, this.#noteTextsTaken)
  }

  #begin(): void {
    if (this.#waiting === 0) this.#waitingSince = this.#clock.now()
    this.#waiting += 1
  }

  #noteTaken(texts: number, bytes: number): void {
    this.#waiting -= texts
    this.#waitingSince = this.#clock.now()
    this.#pace.noteTaken(bytes)
    this.#noteWaiting()
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
    this.#begin()
    this.#watchPart()
    this.#channel.sendPart({ text: part, isFirst: from === 0, isLast, state }, error => {
      this.#noteTaken(1, bytes)
      this.#cancelStuck()
      if (error) this.#deferred = []
      if (error || isLast || this.#isOver) this.#endCatchUp()
      else this.#sendPart(text, to, state)
    })
  }

  /** If the process stood still, the other end may have taken the part without our hearing of it. */
  #watchPart(): void {
    const since = this.#clock.now()
    this.#cancelStuck = this.#clock.after(stuckMs, () => {
      if (this.#clock.awakeSince > since) this.#watchPart()
      else this.#channel.cut()
    })
  }

  #endCatchUp(): void {
    this.#isCatchingUp = false
    this.#deferredBytes = 0
    this.#catchUpBytes = 0
    for (const { text, bytes, state } of this.#deferred.splice(0)) this.#send(text, bytes, state)
    this.#noteWaiting()
    for (const resolve of this.#whenTaken.splice(0)) resolve()
  }
}

/** What a text that waits takes: its length as UTF-8, or two bytes for each of its units if not all of it is ASCII, as V8 holds it. */
function heldBytesOf(text: string): number {
  const bytes = Buffer.byteLength(text)
  return bytes === text.length ? bytes : Math.max(bytes, 2 * text.length)
}
