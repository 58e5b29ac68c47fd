import type { ClientSession, TextSink } from './subscriber.js'

/** Told of a frame that could not be read; null if it is not a JSON object. */
export type OnBadFrame = (frame: Record<string, unknown> | null) => void

/** What carries a connection: a socket or an event stream. */
export interface Transport extends TextSink {
  /** Calls once when the transport has closed; immediately if it has already. */
  whenClosed(tell: () => void): void
  /** Ends it at once, without a close code. */
  cut(): void
  /** Begins to take frames; left out if the other end cannot send any. `isStillAllowed` is asked before each frame. */
  open?(session: ClientSession, isStillAllowed: () => boolean | Promise<boolean>, onBadFrame?: OnBadFrame): void
}
