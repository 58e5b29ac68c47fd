import type { WebSocket } from 'ws'
import type { Clock } from '../../chat/clock.js'

/** How often every socket is asked whether its other end is still there. */
export const pulseMs = 15_000

/**
 * Ends sockets whose other end is gone without a word, as when a phone loses its network: what is written to them seems
 * to go out for many minutes, and their people would be shown as here. Browsers answer a ping by themselves.
 */
export class Pulse {
  readonly #clock: Clock
  /** Those that have not answered since they were last asked. */
  readonly #silent = new Set<WebSocket>()
  readonly #watched = new Map<WebSocket, () => boolean>()
  #cancel: () => void

  constructor(clock: Clock) {
    this.#clock = clock
    this.#cancel = clock.after(pulseMs, () => this.#ask())
  }

  /** Watches an open socket until it is closed. It is asked nothing while `isExcused` says so. */
  watch(socket: WebSocket, isExcused: () => boolean): void {
    this.#watched.set(socket, isExcused)
    socket.on('pong', () => this.#silent.delete(socket))
    socket.on('close', () => {
      this.#watched.delete(socket)
      this.#silent.delete(socket)
    })
  }

  stop(): void {
    this.#cancel()
  }

  #ask(): void {
    for (const [socket, isExcused] of this.#watched) {
      if (isExcused()) {
        this.#silent.delete(socket)
        continue
      }
      if (this.#silent.has(socket)) {
        socket.terminate()
        continue
      }
      this.#silent.add(socket)
      if (socket.readyState === socket.OPEN) socket.ping()
    }
    this.#cancel = this.#clock.after(pulseMs, () => this.#ask())
  }
}
