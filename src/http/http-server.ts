import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { readAway } from './late-bodies.js'
import { isForWebSocket, serveWithoutUpgrade } from './unspoken-upgrade.js'

/** What an attacker may hold of the server's patience, in milliseconds; a test takes shorter ones. */
export interface Patience {
  /** From connecting, or from the last answer's end, to the end of a request's headers. */
  readonly headersMs: number
  /** To the end of its body: 2 MB, the largest upload of the defaults, at 17 kB a second. */
  readonly requestMs: number
  /** How often the two are looked at. */
  readonly lookMs: number
}

const patience: Patience = { headersMs: 10_000, requestMs: 120_000, lookMs: 2000 }

/** Browsers ask again within this; nobody holds an idle connection for long. */
const keepAliveMs = 5000
/** Longer than proxies keep theirs (60 s in our examples): else one sends a request into a connection as it closes. */
const keepAliveBehindProxyMs = 65_000
/** Looks for peers that went away without a word, on connections that say nothing for this long. */
const tcpKeepAliveMs = 60_000
/**
 * Connections whose request has not fully come, beyond which the oldest of them gives way: a real one takes no second.
 * When the line comes back for everyone, thousands are accepted before the first of them is read.
 */
const mostWaiting = 5000
/** Of few connections, those that wait must leave some to whoever really asks. */
const waitingShare = 0.75
/** Requests of one connection that wait for their answers at once: of more, a single packet could ask for megabytes. */
const mostPipelined = 32

export interface HttpServerOptions {
  /** Connections of any kind at once; more are closed unanswered. */
  readonly maxConnections: number
  /**
   * Bytes of a body that are read and thrown after its request was answered, so that the answer is not lost; then its
   * connection is cut.
   */
  readonly maxReadAway: number
  readonly isBehindProxy: boolean
  /**
   * Told of each connection that was closed: `half_open` gave way to another, `too_many` were there or asked for, or
   * `too_much` was sent behind an answer.
   */
  readonly onRefused: (reason: 'half_open' | 'too_many' | 'too_much') => void
  /** Takes what asks to become a WebSocket; any other upgrade is ignored, and the request served. */
  readonly onWebSocket: (request: IncomingMessage, head: Buffer) => void
  readonly patience?: Patience
  readonly mostWaiting?: number
}

/** The HTTP server, and how to count its connections: all, and those that wait for their request to come. */
export interface HttpServer {
  readonly http: Server
  countConnections(): Promise<{ tcpConnections: number; waitingConnections: number }>
}

/**
 * A server that nobody keeps others from by holding connections: slow requests are cut by time, and of those half open
 * the oldest gives way to the next, so that memory has a bound and people still get in.
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
  })
  // Sets keep the order in which things came.
  const waiting = new Set<Socket>()
  const known = new WeakSet<Socket>()
  /** The answers that are not yet out. One that is must not be held: with its request it holds what somebody wrote. */
  const pending = new WeakMap<Socket, Set<ServerResponse>>()
  http.maxConnections = options.maxConnections
  http.on('drop', () => options.onRefused('too_many'))
  // One that could not be taken for want of a descriptor: unheard, it would end the process. `listen` hears of what comes before.
  http.on('error', () => {
    if (http.listening) options.onRefused('too_many')
  })
  http.on('connection', socket => {
    waiting.add(socket)
    // One that is handed back comes here again.
    if (!known.has(socket)) {
      known.add(socket)
      // Node takes its own listener off at an upgrade, and a write may fail after that: unheard, it would end the process.
      socket.on('error', () => socket.destroy())
      socket.once('close', () => waiting.delete(socket))
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
    // Answers go out in the order of their requests: those before it must be out.
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
    // Nobody reads the end of a request without a body.
    if (hasBody(request)) {
      request.once('end', () => waiting.delete(socket))
      readAway(request, response, options.maxReadAway, () => options.onRefused('too_much'))
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
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
