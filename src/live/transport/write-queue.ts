import type { Clock } from '../../chat/clock.js'
import { partAt, partLength, stuckMs } from '../../text-parts.js'
import type { UnreadShare } from '../../unread.js'
import { ReadPace } from './read-pace.js'

/** A reader further behind than this is cut, and catches up when it comes back. Source: issue "Nothing is lost". */
const mostBufferedBytes = 1_048_576
/** Behind by this much, typing and presence are left out. */
const busyBytes = 65_536
/** A reader that takes nothing for this long holds messages in its buffer that may be gone. */
const stalledMs = 1000

/** Told when what was handed over was taken, by the other end or by the system; with an error when it never will be. */
export type OnTaken = (error?: Error | null) => void

/** A text, or a part of one: until the last of its parts nothing else is sent. */
export interface Part {
  readonly text: string
  readonly isFirst: boolean
  readonly isLast: boolean
  /** The state of the page once it has all of the text, where that is known. */
  readonly state: string | undefined
}

/** The way out of a line. */
export interface Channel {
  /** How much waits to be taken. */
  readonly bufferedBytes: number
  send(part: Part, onTaken: OnTaken): void
  /** Ends the line at once. */
  cut(): void
}

/**
 * Writes to a line, and watches how well the other end takes it.
 *
 * What is written counts against a mebibyte, and who is further behind is cut. A catch-up may be longer than that and does
 * not count. One waits at a time, so a connection holds at most one catch-up and a mebibyte; if it takes nothing for ten
 * seconds, it is cut. All that waits counts for its person, whose connections may together hold no more than so much, and
 * has to be taken at a pace.
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
  /** All of the catch-up that waits: none of its text is let go before the last of it is taken. */
  #catchUpBytes = 0
  #cancelStuck: () => void = () => {}
  /** What was written since the catch-up began, in its order. */
  #behind: Part[] = []
  #behindBytes = 0
  #whenTaken: (() => void)[] = []

  /** @param share told how much waits; null where it counts for nobody */
  constructor(clock: Clock, channel: Channel, share: UnreadShare | null = null) {
    this.#clock = clock
    this.#channel = channel
    this.#share = share
    this.#pace = new ReadPace(clock, () => channel.cut())
  }

  get isBusy(): boolean {
    return this.#isCatchingUp || this.#channel.bufferedBytes > busyBytes
  }

  /** Whether a catch-up waits to be taken. */
  get isCatchingUp(): boolean {
    return this.#isCatchingUp
  }

  /** Writes, and cuts a reader that is too slow. */
  write(text: string, state?: string): void {
    const whole = { text, isFirst: true, isLast: true, state }
    if (this.#isCatchingUp) {
      this.#behind.push(whole)
      this.#behindBytes += Buffer.byteLength(text)
    }
    if (this.#channel.bufferedBytes + this.#behindBytes > mostBufferedBytes) this.#channel.cut()
    if (!this.#isCatchingUp) this.#send(whole)
    this.#noteWaiting()
  }

  /** Writes what may be longer than a reader may be behind. One that comes while another waits counts as all else does. */
  catchUp(text: string, state?: string): void {
    if (text.length <= partLength || this.#isCatchingUp) this.write(text, state)
    else {
      this.#isCatchingUp = true
      this.#catchUpBytes = Buffer.byteLength(text)
      this.#sendPart(text, 0, state)
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

  #send(part: Part): void {
    this.#channel.send(part, this.#begin(part.text))
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

  #sendPart(text: string, from: number, state: string | undefined): void {
    const part = partAt(text, from)
    const to = from + part.length
    const isLast = to === text.length
    const noteTaken = this.#begin(part)
    this.#cancelStuck = this.#clock.after(stuckMs, () => this.#channel.cut())
    this.#channel.send({ text: part, isFirst: from === 0, isLast, state }, error => {
      noteTaken()
      this.#cancelStuck()
      if (error) this.#behind = []
      if (error || isLast || this.#isOver) this.#endCatchUp()
      else this.#sendPart(text, to, state)
    })
  }

  #endCatchUp(): void {
    this.#isCatchingUp = false
    this.#behindBytes = 0
    this.#catchUpBytes = 0
    for (const whole of this.#behind.splice(0)) this.#send(whole)
    this.#noteWaiting()
    for (const resolve of this.#whenTaken.splice(0)) resolve()
  }
}
