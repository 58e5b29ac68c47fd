import { once } from 'node:events'
import WebSocket from 'ws'

/** What a browser says of a command that it could not do. */
export class BidiError extends Error {
  override readonly name = 'BidiError'
  /** Its kind, such as "no such frame". Source: https://www.w3.org/TR/webdriver-bidi/#errors */
  readonly code: string

  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** A command takes no longer than this, in ms. */
const patienceMs = 30_000

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** What a message has under a name; undefined if nothing. */
export const valueAt = (message: unknown, name: string): unknown =>
  typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined

/** One session of WebDriver BiDi. Source: https://www.w3.org/TR/webdriver-bidi/ */
export class BidiSession {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, Waiting>()
  #count = 0
  /** Called with what the browser tells by itself. */
  onEvent: (name: string, what: unknown) => void = () => {}

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => this.#hear(JSON.parse(String(data))))
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new BidiError('closed', 'The browser has ended'))
      this.#waiting.clear()
    })
  }

  /** @param url of a browser's socket */
  static async begin(url: string, capabilities: object): Promise<BidiSession> {
    const socket = new WebSocket(`${url}/session`, { maxPayload: 2 ** 28 })
    await once(socket, 'open')
    const session = new BidiSession(socket)
    await session.do('session.new', { capabilities: { alwaysMatch: capabilities } })
    return session
  }

  /** Has a command done; resolves with its result. @throws BidiError */
  async do(method: string, params: object): Promise<unknown> {
    this.#count += 1
    const id = this.#count
    const result = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
    this.#socket.send(JSON.stringify({ id, method, params }))
    const timer = setTimeout(() => {
      this.#waiting.get(id)?.reject(new BidiError('timeout', `${method} took longer than ${patienceMs} ms`))
    }, patienceMs)
    return result.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(id)
    })
  }

  close(): void {
    this.#socket.close()
  }

  #hear(message: unknown): void {
    const id = valueAt(message, 'id')
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined
    const error = valueAt(message, 'error')
    if (valueAt(message, 'type') === 'event')
      this.onEvent(String(valueAt(message, 'method')), valueAt(message, 'params'))
    else if (error !== undefined) waiting?.reject(new BidiError(String(error), String(valueAt(message, 'message'))))
    else waiting?.resolve(valueAt(message, 'result'))
  }
}
