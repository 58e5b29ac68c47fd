import type { Clock } from '../chat/clock.js'
import type { Rooms } from '../chat/rooms.js'
import type { Observer } from './observations.js'

/** Measures how late messages are removed after their time. Returns a function that stops it. */
export function watchExpiry(rooms: Pick<Rooms, 'onNotice'>, clock: Clock, observer: Observer): () => void {
  return rooms.onNotice(notice => {
    if (notice.type === 'messages.removed') observer.expired(Math.max(clock.now() - notice.expiresAt, 0))
  })
}
