import type { Presence, UserId } from '#src/chat/engine.js'
import { ChatList } from './chat-list.js'
import type { Duty } from './due-queue.js'
import type { Room } from './room.js'

/** One open connection. Holds until `until`; `givenUpAt` is set while it lingers. Both in ms of `Clock.now()`. */
export interface Lease {
  until: number
  givenUpAt: number | null
}

/** Whether somebody is here; `lastHeldAt`: when they were last, in ms of `Clock.now()`, 0 for never. */
export interface Attendance {
  isOnline: boolean
  lastHeldAt: number
}

/** A person as long as they have a room or a lease. `lastHeldAt`: when the latest ended lease was given up or lapsed. */
export class Person implements Attendance {
  /** Their rooms, by the other person. */
  readonly rooms = new Map<UserId, Room>()
  /** Those that are shown to them, but for those with people whom they have blocked. */
  readonly chats = new ChatList()
  /** The rooms that they alone have opened and nobody has written in, the oldest first. */
  readonly unshared = new Set<Room>()
  /** What the living messages that they sent count for, in bytes. */
  bytesSent = 0
  readonly leases = new Map<string, Lease>()
  isOnline = false
  lastHeldAt = 0

  constructor(
    readonly id: UserId,
    readonly duty: Duty,
  ) {}

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

/** What may be told of somebody's attendance. */
export function presenceOf(userId: UserId, { isOnline, lastHeldAt }: Attendance): Presence {
  return { userId, isOnline, lastSeen: isOnline || lastHeldAt === 0 ? null : lastHeldAt }
}
