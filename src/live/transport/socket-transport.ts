// Long because reading, writing, pausing and closing of one socket depend on each other.
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { RawData, WebSocket } from 'ws'
import { type Answer, goOn } from '../../chat/answer.js'
import type { Clock } from '../../chat/clock.js'
import type { UnreadShare } from '../../unread-bytes.js'
import { type CloseCode, closeCodes, closeTimeoutMs } from '../client/close-codes.js'
import { parseFrame } from '../client/commands.js'
import type { ClientSession } from '../client/subscriber.js'
import { Tasks } from '../client/tasks.js'
import type { OnBadFrame, Transport } from '../client/transport.js'
import type { FrameMeter } from './frame-meter.js'
import { FrameWriter } from './frame-writer.js'
import { WriteQueue } from './write-queue.js'
import type { WriteTurns } from './write-turns.js'

/** What `open` was given: where incoming frames go. */
interface Receiver {
  readonly session: ClientSession
  readonly isStillAllowed: () => boolean | Promise<boolean>
  readonly onBadFrame: OnBadFrame
}

export interface SocketTransportDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Gathers what is written. */
  readonly turns: WriteTurns
}

/** A WebSocket as a transport. Incoming frames reach the client session one at a time, in their order. */
export class SocketTransport implements Transport {
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #log: Logger
  readonly #meter: FrameMeter
  readonly #tasks = new Tasks(error => this.#fail(error))
  readonly #queue: WriteQueue
  readonly #writer: FrameWriter
  readonly #whenClosed: (() => void)[] = []
  #isClosing = false
  #receiver: Receiver | null = null
  /** How many reasons there are not to read now. The first is that `open` has not been called yet. */
  #holds = 0
  #isReading = false
  #isResting = false

  /**
   * Reads nothing before `open` is called.
   * @param stream what the socket writes to
   * @param share is told how many bytes are unread; null if they count against nobody's limit
   */
  constructor(
    socket: WebSocket,
    stream: Pick<Duplex, 'write'>,
    meter: FrameMeter,
    { clock, log, turns }: SocketTransportDeps,
    share: UnreadShare | null = null,
  ) {
    this.#socket = socket
    this.#meter = meter
    this.#clock = clock
    this.#log = log
    this.#writer = new FrameWriter(socket, stream, turns)
    this.#queue = new WriteQueue(clock, this.#writer, share)
    this.#hold()
    socket.on('close', () => this.#noteClosed())
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('ping', data => {
      if (this.#noteIdleFrame() && !this.isBusy) socket.pong(data)
    })
    socket.on('pong', () => this.#noteIdleFrame())
  }

  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  /** Whether a catch-up is pending. It delays pongs, so the other end must not be cut for not answering. */
  get isCatchingUp(): boolean {
    return this.#queue.isCatchingUp
  }

  cutIfStalled(): void {
    this.#queue.cutIfStalled()
  }

  write(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#queue.write(text)
  }

  catchUp(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#queue.catchUp(text)
  }

  /** Reads nothing in the meantime, so that nobody can ask for more before they have taken what they asked for. */
  async taken(): Promise<void> {
    if (!this.#queue.isCatchingUp) return
    this.#hold()
    await this.#queue.taken()
    this.#release()
  }

  close(code: CloseCode): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#beginReading()
    this.#writer.flush()
    this.#socket.close(code)
    this.whenClosed(this.#clock.after(closeTimeoutMs, () => this.#socket.terminate()))
  }

  cut(): void {
    this.#socket.terminate()
  }

  whenClosed(callback: () => void): void {
    if (this.#socket.readyState === this.#socket.CLOSED) callback()
    else this.#whenClosed.push(callback)
  }

  /**
   * Begins to read. `isStillAllowed` is asked before each frame and closes the transport if it resolves to false. `onBadFrame` is
   * told of frames that cannot be read.
   */
  open(
    session: ClientSession,
    isStillAllowed: () => boolean | Promise<boolean>,
    onBadFrame: OnBadFrame = () => {},
  ): void {
    this.#receiver = { session, isStillAllowed, onBadFrame }
    this.#beginReading()
  }

  #noteClosed(): void {
    this.#queue.end()
    for (const callback of this.#whenClosed) callback()
  }

  get #isGone(): boolean {
    return this.#isClosing || this.#socket.readyState === this.#socket.CLOSED
  }

  #beginReading(): void {
    if (this.#isReading) return
    this.#isReading = true
    this.#release()
  }

  #receive(data: RawData, isBinary: boolean): void {
    const receiver = this.#receiver
    if (receiver === null || this.#isClosing) this.#noteIdleFrame()
    else if (isBinary) this.close(closeCodes.unsupportedData)
    else this.#tasks.add(() => this.#holdWhile(this.#take(data, receiver)))
  }

  /** Reading stops while a frame waits. Otherwise the queue would grow with every frame of a fast sender. */
  #holdWhile(handled: Answer<void>): Answer<void> {
    if (handled === undefined) return
    this.#hold()
    return handled.finally(() => this.#release())
  }

  #take(data: RawData, receiver: Receiver): Answer<void> {
    if (this.#isClosing) return
    const waitMs = this.#meter.waitMs(lengthOf(data))
    return waitMs > 0 ? this.#pause(waitMs).then(() => this.#check(data, receiver)) : this.#check(data, receiver)
  }

  #check(data: RawData, receiver: Receiver): Answer<void> {
    if (this.#isGone) return
    const isAllowed = receiver.isStillAllowed()
    if (isAllowed instanceof Promise) return isAllowed.then(is => (is ? this.#handle(data, receiver) : undefined))
    return isAllowed ? this.#handle(data, receiver) : undefined
  }

  #handle(data: RawData, { session, onBadFrame }: Receiver): Answer<void> {
    const { pauseMs, isTooFast } = this.#meter.count()
    if (isTooFast) return this.close(closeCodes.tooFast)
    const frame = parseFrame(data.toString())
    const known = frame !== null && session.handle(frame)
    if (known === true && pauseMs === 0) return
    return goOn(known, isKnown => {
      if (!isKnown) this.#takeBad(frame, onBadFrame)
      return pauseMs > 0 ? this.#pause(pauseMs) : undefined
    })
  }

  #fail(error: unknown): void {
    this.#log.error({ err: error }, 'a frame could not be handled')
    this.close(closeCodes.internalError)
  }

  #takeBad(frame: Record<string, unknown> | null, onBadFrame: OnBadFrame): void {
    onBadFrame(frame)
    if (this.#meter.countBad()) this.close(closeCodes.tooFast)
  }

  /** Counts a frame without content (ping, pong, or one that is not handled); false if it is over the limit. */
  #noteIdleFrame(): boolean {
    const { pauseMs, isTooFast } = this.#meter.count()
    if (isTooFast) this.close(closeCodes.tooFast)
    // One packet may hold thousands of them: pause once for all.
    if (pauseMs > 0 && !this.#isResting) {
      this.#isResting = true
      void this.#pause(pauseMs).then(() => {
        this.#isResting = false
      })
    }
    return pauseMs === 0
  }

  /**
   * Stops reading for a while. A caller that awaits it also holds back frames that were read already, since many frames
   * may come in one packet.
   */
  async #pause(ms: number): Promise<void> {
    this.#hold()
    await new Promise<void>(resolve => {
      this.#clock.after(ms, resolve)
    })
    this.#release()
  }

  #hold(): void {
    this.#holds += 1
    if (this.#holds === 1) this.#socket.pause()
  }

  #release(): void {
    this.#holds -= 1
    if (this.#holds === 0) this.#socket.resume()
  }
}

function lengthOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((length, part) => length + part.byteLength, 0) : data.byteLength
}
