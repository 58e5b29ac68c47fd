import { randomBytes } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { type CloseCode, closeCodes } from './close-codes.js'
import { FrameMeter } from './frame-meter.js'
import type { Hub } from './hub.js'
import type { Identity, ProgramLine, Voice } from './listener.js'
import { type OnBadFrame, SocketLine } from './socket-line.js'

/** The subprotocol of programs; pages connect without one. */
export const jsonProtocol = 'ephemeral-chat.v1.json'

/** A refusal at the handshake: programs get the status, pages the close code, so that they know why. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: CloseCode,
  ) {
    super(`refused with ${status}`)
  }
}

export interface SocketsDeps {
  readonly hub: Hub
  readonly clock: Clock
  readonly log: Logger
  readonly framesPerSecond: number
  /** Bytes; a longer frame closes with 1009. */
  readonly maxFrameBytes: number
  readonly isOurOrigin: (request: IncomingMessage) => boolean
  /** Who asks, by session or (programs only) token; null when nobody is known by what they bring. */
  readonly identify: (request: IncomingMessage, isProgram: boolean) => Promise<Identity | null>
  /** Whether the person may see the room. */
  readonly isMember: (roomId: string, userId: string) => Promise<boolean>
  /** Makes the voice that the other end understands. */
  readonly openVoice: (request: VoiceRequest) => OpenedVoice
}

export interface VoiceRequest {
  readonly id: string
  readonly identity: Identity
  readonly roomId: string | null
  readonly query: URLSearchParams
  readonly isProgram: boolean
  readonly line: ProgramLine
}

export interface OpenedVoice {
  readonly voice: Voice
  /** Called once the voice hears of events: catching up. */
  start(): Promise<void>
  readonly onBadFrame?: OnBadFrame
}

/** Takes WebSocket upgrades: who may not is refused before anything else is done. */
export class Sockets {
  readonly #deps: SocketsDeps
  readonly #server: WebSocketServer

  constructor(deps: SocketsDeps) {
    this.#deps = deps
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: deps.maxFrameBytes,
      handleProtocols: protocols => (protocols.has(jsonProtocol) ? jsonProtocol : false),
    })
  }

  /** Handles an HTTP server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    this.#accept(request, socket, head).catch((error: unknown) => {
      this.#deps.log.error({ err: error }, 'a socket could not be opened')
      socket.destroy()
    })
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== '/ws') return refuseUpgrade(socket, 404)
    const isProgram = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/).includes(jsonProtocol)
    const admitted = await this.#admit(request, isProgram, url.searchParams.get('room')).catch((error: unknown) => {
      if (error instanceof Refusal) return error
      throw error
    })
    if (admitted instanceof Refusal && isProgram) return refuseUpgrade(socket, admitted.status)
    this.#server.handleUpgrade(request, socket, head, ws => {
      ws.on('error', error => this.#deps.log.debug({ err: error }, 'a socket failed'))
      if (admitted instanceof Refusal) return ws.close(admitted.code)
      this.#open(ws, { ...admitted, query: url.searchParams, isProgram }).catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'a socket could not be opened')
        ws.close(closeCodes.internalError)
      })
    })
  }

  /** @throws Refusal */
  async #admit(
    request: IncomingMessage,
    isProgram: boolean,
    roomId: string | null,
  ): Promise<{ identity: Identity; roomId: string | null }> {
    if (!this.#deps.isOurOrigin(request)) throw new Refusal(403, closeCodes.wrongOrigin)
    const identity = await this.#deps.identify(request, isProgram)
    if (!identity) throw new Refusal(401, closeCodes.notLoggedIn)
    if (roomId !== null && !(await this.#deps.isMember(roomId, identity.userId))) {
      throw new Refusal(404, closeCodes.noSuchRoom)
    }
    return { identity, roomId }
  }

  async #open(ws: WebSocket, admitted: Omit<VoiceRequest, 'id' | 'line'>): Promise<void> {
    const { hub, clock, log, framesPerSecond } = this.#deps
    const line = new SocketLine(ws, new FrameMeter(clock, framesPerSecond), clock, log)
    const id = randomBytes(9).toString('base64url')
    const { voice, start, onBadFrame } = this.#deps.openVoice({ ...admitted, id, line })
    line.open(voice, admitted.identity, onBadFrame)
    ws.on('close', () => void hub.remove(voice).catch((error: unknown) => log.error({ err: error }, 'closing failed')))
    try {
      await hub.add(voice)
      if (admitted.roomId !== null) hub.enterRoom(admitted.roomId, voice)
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      return line.close(error.code === 'rate_limited' ? closeCodes.tooFast : closeCodes.restarting)
    }
    await start()
  }
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
