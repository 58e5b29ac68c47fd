import type { PushOutcome } from '../push/push.js'

/** What was refused: a connection, a request, a socket's handshake, or a frame of an open socket. */
export type RefusalPlace = 'connection' | 'request' | 'handshake' | 'frame'

/** Is told of refusals, expiries and pushes as they happen. Never by or of whom, from where, or what was said. */
export interface Observer {
  /** @param reason one of the server's own words, never anything that came from outside */
  refused(place: RefusalPlace, reason: string): void
  /** Messages were removed, the latest of them so many milliseconds after its time. */
  expired(lagMs: number): void
  /** A push was dealt with. */
  pushed(outcome: PushOutcome): void
}

/** What has happened since the last `take`. */
export interface Observed {
  /** How often each `place:reason` was refused. */
  readonly refusals: Readonly<Record<string, number>>
  /** The worst lateness of an expiry, in ms. */
  readonly worstExpiryLagMs: number
}

/**
 * Counts what happens between two lines of statistics, and passes everything on to an observer that counts for longer.
 */
export class Observations implements Observer {
  readonly #next: Observer | null
  #refusals = new Map<string, number>()
  #worstExpiryLagMs = 0

  constructor(next: Observer | null = null) {
    this.#next = next
  }

  refused(place: RefusalPlace, reason: string): void {
    const key = `${place}:${reason}`
    this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1)
    this.#next?.refused(place, reason)
  }

  expired(lagMs: number): void {
    this.#worstExpiryLagMs = Math.max(this.#worstExpiryLagMs, lagMs)
    this.#next?.expired(lagMs)
  }

  pushed(outcome: PushOutcome): void {
    this.#next?.pushed(outcome)
  }

  /** What has happened since the last call. Resets the counts. */
  take(): Observed {
    const observed = { refusals: Object.fromEntries(this.#refusals), worstExpiryLagMs: this.#worstExpiryLagMs }
    this.#refusals = new Map()
    this.#worstExpiryLagMs = 0
    return observed
  }
}
