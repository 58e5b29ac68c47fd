import type { WebSocket } from 'ws'
import type { Clock } from '../../chat/clock.js'

/** How often every socket is pinged. */
export const pulseMs = 15_000

/**
 * Cuts sockets that do not answer a ping before the next one. A phone that loses its network closes nothing: writes to
 * its socket seem to succeed for many minutes, and its owner would be shown as here. Browsers answer pings by themselves.
 */
export class Pulse {
  readonly #clock: Clock
  /** Sockets that have not answered the last ping. */
  readonly #unanswered = new Set<WebSocket>()
  readonly #watched = new Map<WebSocket, () => boolean>()
  #cancel: () => void

  constructor(clock: Clock) {
    this.#clock = clock
    this.#cancel = clock.after(pulseMs, () => this.#pingAll())
  }

  /** Watches an open socket until it is closed. It is not pinged while `isExcused` returns true. */
  watch(socket: WebSocket, isExcused: () => boolean): void {
    this.#watched.set(socket, isExcused)
    socket.on('pong', () => this.#unanswered.delete(socket))
    socket.on('close', () => {
      this.#watched.delete(socket)
      this.#unanswered.delete(socket)
    })
  }

  stop(): void {
    this.#cancel()
  }

  #pingAll(): void {
    for (const [socket, isExcused] of this.#watched) {
      if (isExcused()) {
        this.#unanswered.delete(socket)
        continue
      }
      if (this.#unanswered.has(socket)) {
        socket.terminate()
        continue
      }
      this.#unanswered.add(socket)
      if (socket.readyState === socket.OPEN) socket.ping()
    }
    this.#cancel = this.#clock.after(pulseMs, () => this.#pingAll())
  }
}
