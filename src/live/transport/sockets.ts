import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../chat/clock.js'
import { ChatError } from '../../chat/errors.js'
import type { ClientContext, Connections, OnBadFrame, OpenedSession } from '../connections.js'
import type { Identity } from '../subscriber.js'
import { type CloseCode, closeCodes, closeTimeoutMs } from './close-codes.js'
import { FrameBudgets } from './frame-budgets.js'
import { FrameMeter } from './frame-meter.js'
import { Pulse } from './pulse.js'
import { SocketTransport } from './socket-transport.js'

/** The subprotocol of programs; pages connect without one. */
export const jsonProtocol = 'ephemeral-chat.v1.json'

/** Handshakes under way at once; one takes milliseconds. */
const mostOpening = 1000
/** A handshake that takes longer than this is not finished. */
const openingMs = 10_000
/** Sockets at once that are opened only to say why they are closed; beyond, the handshake is refused as to programs. */
const mostDismissals = 200
/** Frames that the other end may have sent before it knew that it is dismissed. */
const mostLateFrames = 50
/** Of a frame, how few bytes a part of it or a packet may have on the whole, and how many of them may be smaller. */
const bytesPerPart = 256
const fewParts = 64

const reasons = new Map([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [503, 'rate_limited'],
])

/** A refusal at the handshake: programs get the status, pages the close code, so that they know why. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: CloseCode,
    readonly farewell = '',
  ) {
    super(`refused with ${status}`)
  }

  /** In a word, for whoever counts. */
  get reason(): string {
    return reasons.get(this.status) ?? 'other'
  }
}

export interface SocketsDeps {
  readonly connections: Pick<Connections, 'open'>
  readonly clock: Clock
  readonly log: Logger
  readonly framesPerSecond: number
  /** Of a person, over all their sockets; a long frame counts as several. */
  readonly framesPerSecondEach: number
  /** Bytes; a longer frame closes with 1009. */
  readonly maxFrameBytes: number
  /** Told of everything that is refused, in a word. */
  readonly onRefused: (place: 'handshake' | 'frame', reason: string) => void
  readonly isOurOrigin: (request: IncomingMessage) => boolean
  /** Who asks, by session or (programs only) token; null when nobody is known by what they bring. */
  readonly identify: (request: IncomingMessage, isProgram: boolean) => Promise<Identity | null>
  /** Counts a request of a person; throws ChatError `rate_limited` for one too many. */
  readonly countRequest: (userId: string) => void
  /** Whether the person may see the room. */
  readonly isMember: (roomId: string, userId: string) => Promise<boolean>
  /** What a page is told whose room is not there, before it is closed. */
  readonly sayGone: (identity: Identity, query: URLSearchParams) => string
  /** Makes the voice that the other end understands. */
  readonly openSession: (context: ClientContext, arrival: Arrival) => OpenedSession
}

/** Whoever comes by a socket, and may. */
export interface Arrival extends Pick<ClientContext, 'identity' | 'roomId'> {
  readonly query: URLSearchParams
  readonly isProgram: boolean
}

/** Takes WebSocket upgrades: who may not is refused before anything else is done. */
export class Sockets {
  readonly #deps: SocketsDeps
  readonly #server: WebSocketServer
  readonly #pulse: Pulse
  readonly #budgets: FrameBudgets
  #opening = 0
  #dismissals = 0

  constructor(deps: SocketsDeps) {
    this.#deps = deps
    this.#budgets = new FrameBudgets(deps.clock, deps.framesPerSecondEach)
    const mostParts = fewParts + Math.ceil(deps.maxFrameBytes / bytesPerPart)
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // The line answers pings itself, within the limits of what it takes and holds.
      autoPong: false,
      maxPayload: deps.maxFrameBytes,
      maxFragments: mostParts,
      maxBufferedChunks: mostParts,
      handleProtocols: protocols => (protocols.has(jsonProtocol) ? jsonProtocol : false),
    })
    this.#pulse = new Pulse(deps.clock)
  }

  /** Ends the timer. The sockets themselves are the hub's to close. */
  stop(): void {
    this.#pulse.stop()
  }

  /** Handles an HTTP server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#opening >= mostOpening) {
      this.#deps.onRefused('handshake', 'too_many')
      refuseUpgrade(socket, 503)
      return
    }
    this.#opening += 1
    const cancel = this.#deps.clock.after(openingMs, () => socket.destroy())
    this.#accept(request, socket, head)
      .catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'a socket could not be opened')
        socket.destroy()
      })
      .finally(() => {
        this.#opening -= 1
        cancel()
      })
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const [target = '', base] = [request.url, 'http://localhost']
    const url = URL.canParse(target, base) ? new URL(target, base) : null
    if (url?.pathname !== '/ws') return refuseUpgrade(socket, 404)
    const isProgram = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/).includes(jsonProtocol)
    const admitted = await this.#admit(request, isProgram, url.searchParams).catch((error: unknown) => {
      if (error instanceof Refusal) return error
      throw error
    })
    if (admitted instanceof Refusal) {
      this.#deps.onRefused('handshake', admitted.reason)
      if (isProgram || this.#dismissals >= mostDismissals) return refuseUpgrade(socket, admitted.status)
    }
    this.#server.handleUpgrade(request, socket, head, ws => {
      ws.on('error', error => this.#deps.log.debug({ err: error }, 'a socket failed'))
      if (admitted instanceof Refusal) return this.#dismiss(ws, admitted)
      this.#open(ws, { ...admitted, query: url.searchParams, isProgram }).catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'a socket could not be opened')
        ws.terminate()
      })
    })
  }

  /** @throws Refusal */
  async #admit(
    request: IncomingMessage,
    isProgram: boolean,
    query: URLSearchParams,
  ): Promise<{ identity: Identity; roomId: string | null }> {
    const roomId = query.get('room')
    if (!this.#deps.isOurOrigin(request)) throw new Refusal(403, closeCodes.wrongOrigin)
    const identity = await this.#deps.identify(request, isProgram)
    if (!identity) throw new Refusal(401, closeCodes.notLoggedIn)
    if (roomId !== null && !(await this.#deps.isMember(roomId, identity.userId))) {
      // One that is opened is counted by its owner.
      this.#count(identity.userId)
      throw new Refusal(404, closeCodes.noSuchRoom, this.#deps.sayGone(identity, query))
    }
    return { identity, roomId }
  }

  /** @throws Refusal */
  #count(userId: string): void {
    try {
      this.#deps.countRequest(userId)
    } catch (error) {
      throw error instanceof ChatError ? new Refusal(503, closeCodes.tooBusy) : error
    }
  }

  #open(ws: WebSocket, arrival: Arrival): Promise<void> {
    const { connections, clock, log, framesPerSecond } = this.#deps
    return connections.open({
      ...arrival,
      openTransport: share => {
        const frames = this.#budgets.open(arrival.identity.userId)
        ws.on('close', () => frames.end())
        const transport = new SocketTransport(ws, new FrameMeter(clock, framesPerSecond, frames), clock, log, share)
        // Whoever takes a catch-up is there, and its line sees to it that they take it.
        this.#pulse.watch(ws, () => transport.isCatchingUp)
        return transport
      },
      openSession: context => this.#openSession(context, arrival),
    })
  }

  #openSession(context: ClientContext, arrival: Arrival): OpenedSession {
    const opened = this.#deps.openSession(context, arrival)
    const onBadFrame: OnBadFrame = frame => {
      this.#deps.onRefused('frame', 'bad_request')
      opened.onBadFrame?.(frame)
    }
    return { ...opened, onBadFrame }
  }

  #dismiss(ws: WebSocket, { farewell, code }: Refusal): void {
    this.#dismissals += 1
    const cancel = this.#deps.clock.after(closeTimeoutMs, () => ws.terminate())
    ws.on('close', () => {
      this.#dismissals -= 1
      cancel()
    })
    let lateFrames = 0
    const noteFrame = () => {
      lateFrames += 1
      if (lateFrames > mostLateFrames) ws.terminate()
    }
    ws.on('message', noteFrame).on('ping', noteFrame).on('pong', noteFrame)
    if (farewell) ws.send(farewell)
    ws.close(code)
  }
}

function refuseUpgrade(socket: Duplex, status: number): void {
  // Ending it is half the way: the other end may leave its half open for as long as it likes.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
