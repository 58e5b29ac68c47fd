import type { WebSocket } from 'ws'
import type { Clock } from '../../chat/clock.js'
import { Rounds } from '../../rounds.js'

/** How often every socket is pinged. */
export const pulseMs = 15_000

/**
 * Cuts sockets that do not answer a ping before the next one, unless the process stood still in between, and could read no answer.
 * A phone that loses its network closes nothing: writes to its socket seem to succeed for many minutes, and its owner would be
 * shown as here. Browsers answer pings by themselves.
 */
export class Pulse {
  readonly #clock: Clock
  /** When sockets were pinged that have not answered since, by `Clock.now()`. */
  readonly #unanswered = new Map<WebSocket, number>()
  readonly #watched = new Map<WebSocket, () => boolean>()
  readonly #rounds: Rounds<WebSocket>

  constructor(clock: Clock) {
    this.#clock = clock
    this.#rounds = new Rounds(clock, pulseMs, socket => this.#ping(socket))
  }

  /** Watches an open socket until it is closed. It is not pinged while `isExcused` returns true. */
  watch(socket: WebSocket, isExcused: () => boolean): void {
    this.#watched.set(socket, isExcused)
    this.#rounds.add(socket)
    socket.on('pong', () => this.#unanswered.delete(socket))
    socket.on('close', () => {
      this.#watched.delete(socket)
      this.#rounds.remove(socket)
      this.#unanswered.delete(socket)
    })
  }

  stop(): void {
    this.#rounds.stop()
  }

  #ping(socket: WebSocket): void {
    const pingedAt = this.#unanswered.get(socket)
    if (this.#watched.get(socket)?.()) this.#unanswered.delete(socket)
    else if (pingedAt !== undefined && pingedAt >= this.#clock.awakeSince) socket.terminate()
    else {
      this.#unanswered.set(socket, this.#clock.now())
      if (socket.readyState === socket.OPEN) socket.ping()
    }
  }
}
