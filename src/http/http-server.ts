import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isForWebSocket, serveWithoutUpgrade } from './ignored-upgrade.js'
import { discardRest } from './late-bodies.js'
import type { MessageClasses } from './message-classes.js'

/** How long the server waits for slow requests, in milliseconds; tests take shorter times. */
export interface Patience {
  /** From the connection, or the end of the last answer, to the end of a request's headers. */
  readonly headersMs: number
  /** To the end of its body. It allows 2 MB, the default's largest upload, at 17 kB a second. */
  readonly requestMs: number
  /** How often the two are checked. */
  readonly lookMs: number
}

const patience: Patience = { headersMs: 10_000, requestMs: 120_000, lookMs: 2000 }

/** Long enough for a browser's next request, and short enough that idle connections cost little. */
const keepAliveMs = 5000
/** Longer than proxies keep connections (60 s in our examples): else a proxy may send into a connection as it closes. */
const keepAliveBehindProxyMs = 65_000
/** How long a connection is silent before TCP probes whether its peer is still there. */
const tcpKeepAliveMs = 60_000
/**
 * The most connections whose request has not arrived in full; beyond it the oldest of them is closed. A real request takes
 * less than a second. Right after an outage thousands are accepted before the first is read.
 */
const mostWaiting = 5000
/** The share of a small connection limit that half-open connections may take. */
const waitingShare = 0.75
/** The most unanswered requests of one connection: a single packet with more could ask for megabytes. */
const mostPipelined = 32

export interface HttpServerOptions {
  /** How many connections may be open; further ones are closed at once. */
  readonly maxConnections: number
  /**
   * How many bytes of a body are read and discarded after its request was answered, so that the answer is not lost; then
   * the connection is cut.
   */
  readonly maxDiscarded: number
  readonly isBehindProxy: boolean
  /**
   * Told of each connection that was closed: `half_open` to make room for another, `too_many` for the number of connections
   * or pipelined requests, `too_much` for what was sent after an answer.
   */
  readonly onRefused: (reason: 'half_open' | 'too_many' | 'too_much') => void
  /** Takes requests for a WebSocket; any other upgrade is ignored, and the request is answered. */
  readonly onWebSocket: (request: IncomingMessage, head: Buffer) => void
  readonly patience?: Patience
  readonly mostWaiting?: number
  /** What requests and answers are made of, if not of Node's own classes. */
  readonly messageClasses?: MessageClasses
}

/** The HTTP server, and the counts of its connections: all, and those whose request has not arrived in full. */
export interface HttpServer {
  readonly http: Server
  countConnections(): Promise<{ tcpConnections: number; waitingConnections: number }>
  /** Closes every connection. Node's own closeAllConnections leaves those that asked for another protocol. */
  cut(): void
}

/**
 * Makes a server that withstands whoever holds connections open: slow requests time out, and the oldest half-open one is
 * closed for the next, so that memory has a bound and people still get in.
 */
export function createHttpServer(app: RequestListener, options: HttpServerOptions): HttpServer {
  const { headersMs, requestMs, lookMs } = options.patience ?? patience
  const limit = options.mostWaiting ?? Math.min(mostWaiting, Math.ceil(waitingShare * options.maxConnections))
  const http = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: lookMs,
    keepAliveTimeout: options.isBehindProxy ? keepAliveBehindProxyMs : keepAliveMs,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
    ...options.messageClasses,
  })
  // In the order of their arrival, as sets keep it.
  const waiting = new Set<Socket>()
  const known = new Set<Socket>()
  /** The answers that are not sent yet. A sent one must not be kept: its request holds what someone wrote. */
  const pending = new WeakMap<Socket, Set<ServerResponse>>()
  http.maxConnections = options.maxConnections
  http.on('drop', () => options.onRefused('too_many'))
  // Raised if no descriptor is left for a new connection; unhandled, it would end the process. `listen` handles earlier errors.
  http.on('error', () => {
    if (http.listening) options.onRefused('too_many')
  })
  http.on('connection', socket => {
    waiting.add(socket)
    // A connection that is handed back after an ignored upgrade comes here again.
    if (!known.has(socket)) {
      known.add(socket)
      // Node removes its own listener at an upgrade, and a later write may fail; unhandled, that would end the process.
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        waiting.delete(socket)
        known.delete(socket)
      })
    }
    const [oldest] = waiting
    if (waiting.size <= limit || oldest === undefined) return
    waiting.delete(oldest)
    oldest.destroy()
    options.onRefused('half_open')
  })
  http.on('upgrade', (request, _socket, head) => {
    const { socket } = request
    waiting.delete(socket)
    const take = () =>
      isForWebSocket(request) ? options.onWebSocket(request, head) : serveWithoutUpgrade(http, request, head)
    // Answers go out in the order of their requests: the earlier ones must be sent first.
    const before = [...(pending.get(socket) ?? [])].at(-1)
    if (before) before.once('close', take)
    else take()
  })
  http.on('request', (request, response) => {
    const { socket } = request
    const unanswered = pending.get(socket) ?? new Set()
    pending.set(socket, unanswered.add(response))
    response.once('close', () => unanswered.delete(response))
    if (unanswered.size > mostPipelined) {
      if (!socket.destroyed) options.onRefused('too_many')
      socket.destroy()
      return
    }
    // The end of a request without a body may never be read.
    if (hasBody(request)) {
      request.once('end', () => waiting.delete(socket))
      discardRest(request, response, options.maxDiscarded, () => options.onRefused('too_much'))
    } else waiting.delete(socket)
    app(request, response)
  })
  return {
    http,
    async countConnections() {
      const tcpConnections = await new Promise<number>((resolve, reject) =>
        http.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      )
      return { tcpConnections, waitingConnections: waiting.size }
    },
    cut() {
      for (const socket of known) socket.destroy()
    },
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
