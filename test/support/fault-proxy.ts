import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** `up` is from the client to the server, `down` the other way. */
export type Direction = 'up' | 'down'

const upgradeRequest = /^GET [^\r\n]+\r\n(?:[^\r\n]+\r\n)*upgrade: websocket\r\n/i
const refusal = 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** One connection through the proxy, as two sockets. */
class Pipe {
  readonly client: Socket
  readonly server: Socket
  isUpgrade = false
  /** How many more bytes pass in a direction before the connection is cut. */
  readonly left: Record<Direction, number> = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY }

  constructor(client: Socket, server: Socket) {
    this.client = client
    this.server = server
  }

  cut(): void {
    this.client.destroy()
    this.server.destroy()
  }
}

/** A TCP proxy between clients and a server, with faults that a test switches on and off. */
export class FaultProxy {
  /** The port of the server behind; may change while the proxy runs. */
  targetPort: number
  /** How long each packet is delayed, in ms. */
  delayMs = 0
  /** Answers WebSocket handshakes with 403, as some networks do. */
  refusesUpgrades = false
  /** Accepts no connection, as if the server were down. */
  isDown = false
  /** How many WebSocket handshakes have come. */
  upgrades = 0
  /** How many connections were refused while it was down. */
  refused = 0
  readonly #pipes = new Set<Pipe>()
  readonly #dropped = new Set<Direction>()
  readonly #server: Server
  #isStalled = false

  private constructor(targetPort: number) {
    this.targetPort = targetPort
    this.#server = createServer({ allowHalfOpen: false }, client => this.#accept(client))
  }

  /** Starts a proxy on a free port in front of the server at `target`. */
  static async before(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(Number(new URL(target).port))
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen')
    return `http://localhost:${address.port}`
  }

  /** How many WebSockets are open through the proxy. */
  get openUpgrades(): number {
    return [...this.#pipes].filter(({ isUpgrade }) => isUpgrade).length
  }

  /** Cuts every connection, at once. */
  cut(): void {
    for (const pipe of this.#pipes) pipe.cut()
  }

  /** Cuts one connection; `pick` chooses its index from their count. */
  cutOne(pick: (count: number) => number): void {
    const pipes = [...this.#pipes]
    pipes[pick(pipes.length)]?.cut()
  }

  /** Lets this many more bytes through in one direction of every connection, then cuts it, even in the middle of a frame. */
  cutAfter(bytes: number, direction: Direction): void {
    for (const pipe of this.#pipes) pipe.left[direction] = bytes
  }

  /** Passes nothing on and leaves every connection open, as a lost network does. */
  stall(): void {
    this.#isStalled = true
    for (const { client, server } of this.#pipes) {
      client.pause()
      server.pause()
    }
  }

  /** Drops everything that goes in one direction. */
  drop(direction: Direction): void {
    this.#dropped.add(direction)
  }

  /** Switches all faults off. Connections that stalled or lost data are cut, because they could not continue. */
  heal(): void {
    if (this.#isStalled || this.#dropped.size > 0) this.cut()
    this.#isStalled = false
    this.#dropped.clear()
    this.delayMs = 0
    this.refusesUpgrades = false
    this.isDown = false
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  #accept(client: Socket): void {
    if (this.isDown) {
      this.refused += 1
      client.destroy()
      return
    }
    const pipe = new Pipe(client, connect(this.targetPort, '127.0.0.1'))
    this.#pipes.add(pipe)
    this.#forward(pipe, 'up')
    this.#forward(pipe, 'down')
    if (this.#isStalled) client.pause()
  }

  #forward(pipe: Pipe, direction: Direction): void {
    const [from, to] = direction === 'up' ? [pipe.client, pipe.server] : [pipe.server, pipe.client]
    from.setNoDelay(true)
    from.on('data', (data: Buffer) => {
      if (direction === 'up' && upgradeRequest.test(data.toString('latin1'))) {
        this.upgrades += 1
        if (this.refusesUpgrades) return void pipe.client.end(refusal, () => pipe.cut())
        pipe.isUpgrade = true
      }
      if (this.delayMs > 0) setTimeout(() => this.#pass(pipe, direction, from, to, data), this.delayMs)
      else this.#pass(pipe, direction, from, to, data)
    })
    from.on('error', () => pipe.cut())
    from.on('close', () => {
      if (to.destroyed) this.#pipes.delete(pipe)
      if (this.delayMs > 0) setTimeout(() => to.end(), this.delayMs)
      else to.end()
    })
  }

  #pass(pipe: Pipe, direction: Direction, from: Socket, to: Socket, data: Buffer): void {
    if (this.#dropped.has(direction) || to.destroyed) return
    const passed = data.subarray(0, pipe.left[direction])
    pipe.left[direction] -= passed.length
    // Do not read more from the server than a slow client takes: the proxy must not be a buffer.
    if (!to.write(passed)) {
      from.pause()
      to.once('drain', () => this.#isStalled || from.resume())
    }
    if (passed.length < data.length || pipe.left[direction] === 0) pipe.cut()
  }
}
