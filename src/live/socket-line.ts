import type { Logger } from 'pino'
import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../chat/clock.js'
import { type CloseCode, closeCodes } from './close-codes.js'
import { parseFrame } from './commands.js'
import type { FrameMeter } from './frame-meter.js'
import type { Line, Voice } from './listener.js'
import { Outflow } from './outflow.js'

/** After this a peer that does not answer the closing is cut. */
const closeTimeoutMs = 2000

/** Told of a frame that could not be read, null where it is no JSON object. */
export type OnBadFrame = (frame: Record<string, unknown> | null) => void

/** A WebSocket as a line: what is written goes out, and what comes in reaches the voice in its order. */
export class SocketLine implements Line {
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #log: Logger
  readonly #meter: FrameMeter
  #turn: Promise<void> = Promise.resolve()
  readonly #outflow: Outflow
  #isClosing = false

  constructor(socket: WebSocket, meter: FrameMeter, clock: Clock, log: Logger) {
    this.#socket = socket
    this.#meter = meter
    this.#clock = clock
    this.#log = log
    this.#outflow = new Outflow(clock, {
      get bufferedBytes() {
        return socket.bufferedAmount
      },
      send: (text, onTaken) => socket.send(text, onTaken),
      sendPart: (part, isLast, onTaken) => socket.send(part, { fin: isLast }, onTaken),
      cut: () => socket.terminate(),
    })
  }

  get isBusy(): boolean {
    return this.#outflow.isBusy
  }

  /** Whether a catch-up waits to be taken, behind which the answer to a ping may stand for long. */
  get isCatchingUp(): boolean {
    return this.#outflow.isCatchingUp
  }

  cutIfStalled(): void {
    this.#outflow.cutIfStalled()
  }

  write(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#outflow.write(text)
  }

  catchUp(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#outflow.catchUp(text)
  }

  /** Reads nothing meanwhile: who does not take what they asked for asks for no more. */
  async taken(): Promise<void> {
    if (!this.#outflow.isCatchingUp) return
    this.#socket.pause()
    await this.#outflow.taken()
    this.#socket.resume()
  }

  close(code: CloseCode): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#socket.close(code)
    this.#clock.after(closeTimeoutMs, () => this.#socket.terminate())
  }

  /**
   * Begins to listen. `mayGoOn` is asked before each frame, and closes the line when it says no; `onBadFrame` is called for
   * what cannot be read, null where it is no JSON object.
   */
  open(voice: Voice, mayGoOn: () => Promise<boolean>, onBadFrame: OnBadFrame = () => {}): void {
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary) return this.close(closeCodes.unsupportedData)
      this.#turn = this.#turn.then(() => this.#take(data, voice, mayGoOn, onBadFrame))
    })
  }

  async #take(data: RawData, voice: Voice, mayGoOn: () => Promise<boolean>, onBadFrame: OnBadFrame): Promise<void> {
    if (this.#isClosing) return
    try {
      if (!(await mayGoOn())) return
      const { pauseMs, isTooFast } = this.#meter.count()
      if (isTooFast) return this.close(closeCodes.tooFast)
      const frame = parseFrame(data.toString())
      if (!frame || !(await voice.handle(frame))) this.#takeBad(frame, onBadFrame)
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

  /** Reads nothing for a while, and holds back what was read already: a burst in one packet passes no limit. */
  async #pause(ms: number): Promise<void> {
    this.#socket.pause()
    await new Promise<void>(resolve => {
      this.#clock.after(ms, resolve)
    })
    this.#socket.resume()
  }
}
