import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { isStorageFailure } from '../../chat/errors.js'
import { type CloseCode, closeCodes } from '../client/close-codes.js'

const reasons = new Map([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [503, 'rate_limited'],
])

/** A refused handshake. Programs get the HTTP status; a page's script cannot see it, so pages get the close code. */
export class HandshakeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: CloseCode,
    /** Sent to a page before it is closed; '' for nothing. */
    readonly farewell = '',
  ) {
    super(`refused with ${status}`)
  }

  /** The reason in one word, for the metrics. */
  get reason(): string {
    return reasons.get(this.status) ?? 'other'
  }
}

/** Returns a refusal, also where who asks could not be looked up; throws any other error. */
export function asRefusal(error: unknown): HandshakeRefusal {
  if (error instanceof HandshakeRefusal) return error
  if (isStorageFailure(error)) return new HandshakeRefusal(503, closeCodes.tooBusy)
  throw error
}

/** Answers an upgrade with a status and closes the socket. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  // `end` closes our half only; the other end could keep its half open for as long as it likes.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
