import type { Clock } from '../chat/clock.js'
import type { Engine } from '../chat/engine.js'
import type { Observer } from './observations.js'

/** Measures how late the engine removes messages whose time is over. Returns a function that stops it. */
export function watchExpiry(engine: Pick<Engine, 'subscribe'>, clock: Clock, observer: Observer): () => void {
  return engine.subscribe(event => {
    if (event.type !== 'message.removed') return
    // Not Math.min of all: a room may lose more messages at once than a call takes arguments.
    let earliest = Number.POSITIVE_INFINITY
    for (const { expiresAt } of event.messages) earliest = Math.min(earliest, expiresAt)
    observer.expired(Math.max(clock.now() - earliest, 0))
  })
}
