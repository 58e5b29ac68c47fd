import type { Clock } from '../chat/clock.js'
import type { UnreadShare } from '../unread.js'
import { Pace } from './pace.js'

/** A reader further behind than this is cut, and catches up when it comes back. Source: issue "Nothing is lost". */
const mostBufferedBytes = 1_048_576
/** Behind by this much, typing and presence are left out. */
const busyBytes = 65_536
/** A reader that takes nothing for this long holds messages in its buffer that may be gone. */
const stalledMs = 1000
/** A catch-up goes out in parts of this many UTF-16 units, so that it shows whether any of it is taken. */
const partLength = 16_384
/** A reader that takes no part of its catch-up for this long is cut, whether or not anything expires. */
const stuckMs = 10_000

/** Told when what was handed over was taken, by the other end or by the system; with an error when it never will be. */
export type OnTaken = (error?: Error | null) => void

/** The way out of a line. */
export interface Channel {
  /** How much waits to be taken. */
  readonly bufferedBytes: number
  send(text: string, onTaken: OnTaken): void
  /** Sends a part of a text. Until the last of its parts nothing else is sent. */
  sendPart(part: string, isLast: boolean, onTaken: OnTaken): void
  /** Ends the line at once. */
  cut(): void
}

/**
 * Writes to a line, and watches how well the other end takes it.
 *
 * What is written counts against a mebibyte, and who is further behind is cut. A catch-up alone does not count: a room may
 * hold more than that, and who takes it steadily must get it. One waits at a time, so that a connection makes the server
 * hold no more than one room and a mebibyte; and if it takes nothing for ten seconds, nothing. All that waits counts for its
 * person, whose connections may together hold no more than so much, and has to be taken at a pace.
 */
export class Outflow {
  readonly #clock: Clock
  readonly #channel: Channel
  readonly #share: UnreadShare | null
  readonly #pace: Pace
  #waiting = 0
  #waitingSince = 0
  #isOver = false
  #isCatchingUp = false
  /** All of the catch-up that waits: none of its text is let go before the last of it is taken. */
  #catchUpBytes = 0
  #cancelStuck: () => void = () => {}
  /** What was written since the catch-up began, in its order. */
  #behind: string[] = []
  #behindBytes = 0
  #whenTaken: (() => void)[] = []

  /** @param share told how much waits; null where it counts for nobody */
  constructor(clock: Clock, channel: Channel, share: UnreadShare | null = null) {
    this.#clock = clock
    this.#channel = channel
    this.#share = share
    this.#pace = new Pace(clock, () => channel.cut())
  }

  get isBusy(): boolean {
    return this.#isCatchingUp || this.#channel.bufferedBytes > busyBytes
  }

  /** Whether a catch-up waits to be taken. */
  get isCatchingUp(): boolean {
    return this.#isCatchingUp
  }

  /** Writes, and cuts a reader that is too slow. */
  write(text: string): void {
    if (this.#isCatchingUp) {
      this.#behind.push(text)
      this.#behindBytes += Buffer.byteLength(text)
    }
    if (this.#channel.bufferedBytes + this.#behindBytes > mostBufferedBytes) this.#channel.cut()
    if (!this.#isCatchingUp) this.#send(text)
    this.#noteWaiting()
  }

  /** Writes what may be longer than a reader may be behind. One that comes while another waits counts as all else does. */
  catchUp(text: string): void {
    if (text.length <= partLength || this.#isCatchingUp) this.write(text)
    else {
      this.#isCatchingUp = true
      this.#catchUpBytes = Buffer.byteLength(text)
      this.#sendPart(text, 0)
      this.#noteWaiting()
    }
  }

  /** Resolves once no catch-up waits to be taken, or the line has ended. */
  async taken(): Promise<void> {
    if (!this.#isCatchingUp) return
    await new Promise<void>(resolve => {
      this.#whenTaken.push(resolve)
    })
  }

  cutIfStalled(): void {
    if (this.#waiting > 0 && this.#clock.now() - this.#waitingSince > stalledMs) this.#channel.cut()
  }

  /** To be called when the line has closed: what waits is let go, and whoever waits for it goes on. */
  end(): void {
    this.#isOver = true
    this.#behind = []
    this.#cancelStuck()
    this.#endCatchUp()
    this.#pace.end()
  }

  #send(text: string): void {
    this.#channel.send(text, this.#begin(text))
  }

  /** Notes that something waits; the answer is to be called when it was taken. */
  #begin(text: string): () => void {
    if (this.#waiting === 0) this.#waitingSince = this.#clock.now()
    this.#waiting += 1
    // Of the text itself nothing is held here: it may be gone before it is taken.
    const bytes = Buffer.byteLength(text)
    return () => {
      this.#waiting -= 1
      this.#waitingSince = this.#clock.now()
      this.#pace.noteTaken(bytes)
      this.#noteWaiting()
    }
  }

  #noteWaiting(): void {
    if (this.#isOver) return
    const bytes = this.#channel.bufferedBytes + this.#behindBytes + this.#catchUpBytes
    this.#share?.set(bytes)
    this.#pace.noteWaiting(bytes)
  }

  #sendPart(text: string, from: number): void {
    const to = from + partLengthAt(text, from)
    const isLast = to >= text.length
    const part = text.slice(from, to)
    const noteTaken = this.#begin(part)
    this.#cancelStuck = this.#clock.after(stuckMs, () => this.#channel.cut())
    this.#channel.sendPart(part, isLast, error => {
      noteTaken()
      this.#cancelStuck()
      if (error) this.#behind = []
      if (error || isLast || this.#isOver) this.#endCatchUp()
      else this.#sendPart(text, to)
    })
  }

  #endCatchUp(): void {
    this.#isCatchingUp = false
    this.#behindBytes = 0
    this.#catchUpBytes = 0
    for (const text of this.#behind.splice(0)) this.#send(text)
    this.#noteWaiting()
    for (const resolve of this.#whenTaken.splice(0)) resolve()
  }
}

/** How much of a text one part takes: no character is torn in two. */
function partLengthAt(text: string, from: number): number {
  const isTorn = /[\uD800-\uDBFF]/.test(text.charAt(from + partLength - 1))
  return isTorn ? partLength - 1 : partLength
}
