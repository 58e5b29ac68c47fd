import WebSocket from 'ws'
import type { HttpClient } from '../http-client.js'

/** A chat page's socket as htmx opens it. Keeps the HTML that comes. */
export class PageSocket {
  #html = ''
  readonly #socket: WebSocket
  readonly #waiting = new Set<() => void>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => {
      this.#html += String(data)
      for (const check of [...this.#waiting]) check()
    })
  }

  static open(url: string, client: HttpClient, roomId: string): Promise<PageSocket> {
    const headers = { cookie: client.cookieHeader, origin: url }
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?room=${roomId}`, { headers })
    const page = new PageSocket(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(page))
      socket.on('error', reject)
    })
  }

  send(fields: object): void {
    this.#socket.send(JSON.stringify({ ...fields, headers: {} }))
  }

  /** Resolves once the HTML that came matches the pattern. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise(resolve => {
      const check = () => {
        const found = pattern.exec(this.#html)
        if (!found) return
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }

  close(): void {
    this.#socket.close()
  }
}
