// Long because every step of a handshake, from the request to the open connection, stands here.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Answer } from '../../chat/answer.js'
import type { Clock } from '../../chat/clock.js'
import type { UserId } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import type { UnreadShare } from '../../unread-bytes.js'
import { parseUrl } from '../../web-address.js'
import { closeCodes, closeTimeoutMs } from '../client/close-codes.js'
import type { Identity } from '../client/subscriber.js'
import type { OnBadFrame } from '../client/transport.js'
import { FrameBudgets } from './frame-budgets.js'
import { FrameMeter } from './frame-meter.js'
import { asRefusal, HandshakeRefusal, refuseUpgrade } from './handshake-refusal.js'
import type { ClientParts, ConnectionOpener, OpenedSession } from './opening.js'
import { Pulse } from './pulse.js'
import { SocketTransport } from './socket-transport.js'
import type { WriteTurns } from './write-turns.js'

/** The subprotocol of programs; pages connect without one. */
export const jsonProtocol = 'ephemeral-chat.v1.json'

/** How many handshakes may be under way at once; one takes milliseconds. */
const mostOpening = 1000
/** A handshake that takes longer is cut off. */
const openingMs = 10_000
/** How many sockets may be open only to tell a page why it is closed. Beyond that, pages get the status as programs do. */
const mostDismissals = 200
/** How many frames the other end may have sent before it learned that it is dismissed. */
const mostLateFrames = 50
/** Bounds the fragments and packets of a frame, each of which costs memory: one per 256 bytes of the longest frame, and 64. */
const bytesPerPart = 256
const fewParts = 64

export interface SocketsDeps {
  readonly connections: ConnectionOpener
  readonly clock: Clock
  readonly log: Logger
  /** Gathers what is written within a turn of the event loop. */
  readonly writeTurns: WriteTurns
  readonly framesPerSecond: number
  /** For each person, over all their sockets. A long frame counts as several. */
  readonly framesPerSecondEach: number
  /** A socket that sends a longer frame is closed with 1009. */
  readonly maxFrameBytes: number
  /** Called for each handshake or frame that is refused. `reason` is a word for the metrics. */
  readonly onRefused: (place: 'handshake' | 'frame', reason: string) => void
  readonly isOurOrigin: (request: IncomingMessage) => boolean
  /** Who asks, by session or (programs only) by token; null if neither is valid. */
  readonly identify: (request: IncomingMessage, isProgram: boolean) => Promise<Identity | null>
  /** Counts a request of a person. Throws ChatError `rate_limited` if it is over the limit. */
  readonly countRequest: (userId: string) => Answer<void>
  /** Whether the room exists and the person is one of its two. */
  readonly isMember: (roomId: string, userId: string) => Promise<boolean>
  /** What a page is sent, before it is closed, if its room does not exist. */
  readonly renderGone: (identity: Identity, query: URLSearchParams) => Promise<string>
  /** Makes the client session: HTML for a page, JSON for a program. */
  readonly openSession: (parts: ClientParts, arrival: Arrival) => OpenedSession
}

/** Who opens the socket, and for which room; null for the list of chats. */
type Admitted = Pick<ClientParts, 'identity' | 'roomId'>

/** A handshake that was accepted. */
export interface Arrival extends Admitted {
  readonly query: URLSearchParams
  readonly isProgram: boolean
}

/** Accepts or refuses WebSocket upgrades, and opens a connection for each accepted one. */
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
      // SocketTransport answers pings itself, so that pings and pongs stay within the limits.
      autoPong: false,
      maxPayload: deps.maxFrameBytes,
      maxFragments: mostParts,
      maxBufferedChunks: mostParts,
      handleProtocols: protocols => (protocols.has(jsonProtocol) ? jsonProtocol : false),
    })
    this.#pulse = new Pulse(deps.clock)
  }

  /** Stops pinging. The hub closes the sockets themselves. */
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
    const url = parseUrl(request.url ?? '', 'http://localhost')
    if (url?.pathname !== '/ws') return refuseUpgrade(socket, 404)
    const isProgram = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/).includes(jsonProtocol)
    const admitted = await this.#admit(request, isProgram, url.searchParams).catch(asRefusal)
    if (admitted instanceof HandshakeRefusal) {
      this.#deps.onRefused('handshake', admitted.reason)
      if (isProgram || this.#dismissals >= mostDismissals) return refuseUpgrade(socket, admitted.status)
    }
    this.#server.handleUpgrade(request, socket, head, ws => {
      ws.on('error', this.#noteError)
      if (admitted instanceof HandshakeRefusal) return this.#dismiss(ws, admitted)
      this.#open(ws, socket, { ...admitted, query: url.searchParams, isProgram }).catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'a socket could not be opened')
        ws.terminate()
      })
    })
  }

  /** @throws HandshakeRefusal */
  async #admit(request: IncomingMessage, isProgram: boolean, query: URLSearchParams): Promise<Admitted> {
    const roomId = query.get('room')
    if (!this.#deps.isOurOrigin(request)) throw new HandshakeRefusal(403, closeCodes.wrongOrigin)
    const identity = await this.#deps.identify(request, isProgram)
    if (!identity) throw new HandshakeRefusal(401, closeCodes.notLoggedIn)
    if (roomId !== null && !(await this.#deps.isMember(roomId, identity.userId))) {
      // A connection that is opened is counted when it opens.
      await this.#count(identity.userId)
      throw new HandshakeRefusal(404, closeCodes.noSuchRoom, await this.#deps.renderGone(identity, query))
    }
    return { identity, roomId }
  }

  /** @throws HandshakeRefusal */
  async #count(userId: string): Promise<void> {
    try {
      await this.#deps.countRequest(userId)
    } catch (error) {
      throw error instanceof ChatError ? new HandshakeRefusal(503, closeCodes.tooBusy) : error
    }
  }

  #open(ws: WebSocket, stream: Duplex, arrival: Arrival): Promise<void> {
    return this.#deps.connections.open({
      ...arrival,
      openTransport: share => this.#openTransport(ws, stream, arrival.identity.userId, share),
      openSession: parts => this.#noting(this.#deps.openSession(parts, arrival)),
    })
  }

  // What a connection keeps is made apart from where the handshake is known, which it would keep too.

  #openTransport(ws: WebSocket, stream: Duplex, userId: UserId, share: UnreadShare): SocketTransport {
    const { clock, log, writeTurns, framesPerSecond } = this.#deps
    const frames = this.#budgets.open(userId)
    ws.on('close', () => frames.end())
    const deps = { clock, log, turns: writeTurns }
    const transport = new SocketTransport(ws, stream, new FrameMeter(clock, framesPerSecond, frames), deps, share)
    // While a catch-up is pending the transport itself watches that it is read.
    this.#pulse.watch(ws, () => transport.isCatchingUp)
    return transport
  }

  /** The same, and bad frames are counted. */
  #noting({ session, start, onBadFrame }: OpenedSession): OpenedSession {
    const noteBadFrame: OnBadFrame = frame => {
      this.#deps.onRefused('frame', 'bad_request')
      onBadFrame?.(frame)
    }
    return { session, start, onBadFrame: noteBadFrame }
  }

  readonly #noteError = (error: Error) => this.#deps.log.debug({ err: error }, 'a socket had an error')

  #dismiss(ws: WebSocket, { farewell, code }: HandshakeRefusal): void {
    this.#dismissals += 1
    const cancel = this.#deps.clock.after(closeTimeoutMs, () => ws.terminate())
    ws.on('close', () => {
      this.#dismissals -= 1
      cancel()
    })
    let lateFrames = 0
    const noteFrame = () => {
      if (++lateFrames > mostLateFrames) ws.terminate()
    }
    ws.on('message', noteFrame).on('ping', noteFrame).on('pong', noteFrame)
    if (farewell) ws.send(farewell)
    ws.close(code)
  }
}
