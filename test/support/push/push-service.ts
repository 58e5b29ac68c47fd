import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { PushReach } from '#src/push/push-reach.js'
import { makeCertificate } from '../certificate.js'
import { PushBrowser } from './push-browser.js'

const loopback = '127.0.0.1'

/** A push that a service has taken. */
export interface TakenPush {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Answers a push. */
export type Answering = (push: TakenPush, response: ServerResponse) => void

/** A browser that has subscribed, as its person would hand it to the server. */
export interface Subscribed {
  readonly browser: PushBrowser
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

const created: Answering = (_push, response) => response.writeHead(201).end()

/** A push service on this machine, by https, as RFC 8030 has it. The server reaches it as `push.test`. */
export class PushService {
  /** What it has taken, the oldest first. */
  readonly pushes: TakenPush[] = []
  /** How it answers: 201 unless a test has it otherwise. */
  answering: Answering = created
  /** How many connections it has got. */
  connections = 0
  readonly host = 'push.test'
  readonly reach: PushReach
  readonly #server: ReturnType<typeof createServer>
  #heard: () => void = () => {}
  #subscribed = 0

  private constructor(server: ReturnType<typeof createServer>, reach: PushReach) {
    this.#server = server
    this.reach = reach
    server.on('connection', () => {
      this.connections += 1
    })
    server.on('request', (request, response) => this.#take(request, response))
  }

  /** Starts one on a free port. */
  static async start(): Promise<PushService> {
    const certificate = makeCertificate(['push.test', '*.push.test'])
    const server = createServer(certificate).listen(0, loopback)
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The push service does not listen')
    return new PushService(server, {
      resolve: async () => [loopback],
      isAllowed: address => address === loopback,
      port: address.port,
      ca: certificate.cert,
    })
  }

  /** Subscribes a browser. @param host another name of this service */
  subscribe(host = this.host): Subscribed {
    const browser = new PushBrowser()
    this.#subscribed += 1
    return { browser, endpoint: `https://${host}/of/${this.#subscribed}`, ...browser.keys }
  }

  /** Resolves once it has taken so many pushes. */
  async taken(count: number): Promise<readonly TakenPush[]> {
    while (this.pushes.length < count) {
      await new Promise<void>(resolve => {
        this.#heard = resolve
      })
    }
    return this.pushes
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const push = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
      this.pushes.push(push)
      this.answering(push, response)
      this.#heard()
    })
  }
}

/**
 * Checks the token by which a server says who it is (RFC 8292), as a push service does.
 * @returns what it says, and the key that it was signed with
 */
export async function verifyToken(push: TakenPush, audience: string): Promise<{ said: JWTPayload; publicKey: string }> {
  const [, token = '', publicKey = ''] = /^vapid t=([^,]+), ?k=(\S+)$/.exec(push.headers.authorization ?? '') ?? []
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(part => part.toString('base64url'))
  const key = await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256')
  const { payload } = await jwtVerify(token, key, { audience, algorithms: ['ES256'] })
  return { said: payload, publicKey }
}
