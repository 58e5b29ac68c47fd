import type { Presence, UserId } from '#src/chat/engine.js'
import type { Duty } from './due-queue.js'
import type { Room } from './room.js'

/** One open connection. Holds until `until`; `givenUpAt` is set while it lingers. Both in ms of `Clock.now()`. */
export interface Lease {
  until: number
  givenUpAt: number | null
}

/** A person as long as they have a room or a lease. */
export class Person {
  /** Their rooms, by the other person. */
  readonly rooms = new Map<UserId, Room>()
  readonly leases = new Map<string, Lease>()
  isOnline = false
  /** When the latest of the ended leases was given up or lapsed, in ms of `Clock.now()`; 0 for never. */
  lastHeldAt = 0

  constructor(
    readonly id: UserId,
    readonly duty: Duty,
  ) {}

  /** Whether they are here, and since when not. */
  get presence(): Presence {
    const lastSeen = this.isOnline || this.lastHeldAt === 0 ? null : this.lastHeldAt
    return { userId: this.id, isOnline: this.isOnline, lastSeen }
  }

  /** Ends the leases whose time has come, and returns when the next one will end: Infinity when none is left. */
  endLeases(now: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const [leaseId, lease] of this.leases) {
      if (lease.until > now) {
        next = Math.min(next, lease.until)
        continue
      }
      this.leases.delete(leaseId)
      this.lastHeldAt = Math.max(this.lastHeldAt, lease.givenUpAt ?? lease.until)
    }
    return next
  }
}
