import type { Logger } from 'pino'
import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../../chat/clock.js'
import type { UnreadShare } from '../../unread.js'
import { parseFrame } from '../commands.js'
import type { OnBadFrame, Transport } from '../connections.js'
import type { ClientSession } from '../subscriber.js'
import { type CloseCode, closeCodes, closeTimeoutMs } from './close-codes.js'
import type { FrameMeter } from './frame-meter.js'
import { type Channel, WriteQueue } from './write-queue.js'

/** Who hears what comes in. */
interface Ear {
  readonly session: ClientSession
  readonly mayGoOn: () => Promise<boolean>
  readonly onBadFrame: OnBadFrame
}

/** A WebSocket as a line: what is written goes out, and what comes in reaches the voice in its order. */
export class SocketTransport implements Transport {
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #log: Logger
  readonly #meter: FrameMeter
  #turn: Promise<void> = Promise.resolve()
  readonly #queue: WriteQueue
  #isClosing = false
  #ear: Ear | null = null
  /** For how many reasons nothing is read now. One is that nobody hears yet. */
  #holds = 0
  #isReading = false
  #isResting = false

  /**
   * Reads nothing before it is opened.
   * @param share told how much waits to be read; null where that counts for nobody
   */
  constructor(socket: WebSocket, meter: FrameMeter, clock: Clock, log: Logger, share: UnreadShare | null = null) {
    this.#socket = socket
    this.#meter = meter
    this.#clock = clock
    this.#log = log
    const channel: Channel = {
      get bufferedBytes() {
        return socket.bufferedAmount
      },
      send: ({ text, isLast }, onTaken) => socket.send(text, { fin: isLast }, onTaken),
      cut: () => this.cut(),
    }
    this.#queue = new WriteQueue(clock, channel, share)
    this.whenClosed(() => this.#queue.end())
    this.#hold()
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('ping', data => {
      if (this.#noteIdleFrame() && !this.isBusy) socket.pong(data)
    })
    socket.on('pong', () => this.#noteIdleFrame())
  }

  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  /** Whether a catch-up waits to be taken, behind which the answer to a ping may stand for long. */
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

  /** Reads nothing meanwhile: who does not take what they asked for asks for no more. */
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
    this.#socket.close(code)
    this.whenClosed(this.#clock.after(closeTimeoutMs, () => this.#socket.terminate()))
  }

  cut(): void {
    this.#socket.terminate()
  }

  whenClosed(tell: () => void): void {
    if (this.#socket.readyState === this.#socket.CLOSED) tell()
    else this.#socket.once('close', tell)
  }

  /**
   * Begins to listen. `mayGoOn` is asked before each frame, and closes the line when it says no; `onBadFrame` is called for
   * what cannot be read, null where it is no JSON object.
   */
  open(session: ClientSession, mayGoOn: () => Promise<boolean>, onBadFrame: OnBadFrame = () => {}): void {
    this.#ear = { session, mayGoOn, onBadFrame }
    this.#beginReading()
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
    const ear = this.#ear
    if (ear === null || this.#isClosing) this.#noteIdleFrame()
    else if (isBinary) this.close(closeCodes.unsupportedData)
    else {
      // Nothing is read while a frame waits: else what is read after each would make the queue ever longer.
      this.#hold()
      this.#turn = this.#turn.then(() => this.#take(data, ear)).then(() => this.#release())
    }
  }

  async #take(data: RawData, { session, mayGoOn, onBadFrame }: Ear): Promise<void> {
    if (this.#isClosing) return
    try {
      const waitMs = this.#meter.waitMs(lengthOf(data))
      if (waitMs > 0) await this.#pause(waitMs)
      if (this.#isGone || !(await mayGoOn())) return
      const { pauseMs, isTooFast } = this.#meter.count()
      if (isTooFast) return this.close(closeCodes.tooFast)
      const frame = parseFrame(data.toString())
      if (!frame || !(await session.handle(frame))) this.#takeBad(frame, onBadFrame)
      if (pauseMs > 0) await this.#pause(pauseMs)
    } catch (error) {
      this.#log.error({ err: error }, 'a frame could not be handled')
      this.close(closeCodes.internalError)
    }
  }

  #takeBad(frame: Record<string, unknown> | null, onBadFrame: OnBadFrame): void {
    onBadFrame(frame)
    if (this.#meter.countBad()) this.close(closeCodes.tooFast)
  }

  /**
   * Counts a frame that says nothing; false when it is one too many. One that says something is counted when its turn
   * comes.
   */
  #noteIdleFrame(): boolean {
    const { pauseMs, isTooFast } = this.#meter.count()
    if (isTooFast) this.close(closeCodes.tooFast)
    // One packet may hold thousands of them.
    if (pauseMs > 0 && !this.#isResting) {
      this.#isResting = true
      void this.#pause(pauseMs).then(() => {
        this.#isResting = false
      })
    }
    return pauseMs === 0
  }

  /** Reads nothing for a while; whoever awaits it holds back what was read already: a burst in one packet passes no limit. */
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
