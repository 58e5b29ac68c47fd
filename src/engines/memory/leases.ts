import type { Clock } from '#src/chat/clock.js'
import type { Presence, UserId } from '#src/chat/engine.js'
import { hearsPresence, seesPresence } from '#src/chat/privacy.js'
import type { Publisher } from '#src/chat/publisher.js'
import type { DueQueue } from './due-queue.js'
import type { KnownPeople } from './known-people.js'
import type { Person } from './model.js'
import type { RoomTable } from './room-table.js'
import type { Tally } from './tally.js'
import { tell } from './telling.js'
import { ownCopy } from './traces.js'

/**
 * After the process stood still, no lease ends for so long, in ms: whoever is still connected renews theirs with the next
 * heartbeat, within 15 seconds, and whoever was about to connect can.
 */
const wakingMs = 20_000

/** Who is here: people hold leases, and are gone when the last one has ended. */
export class Leases {
  constructor(
    private readonly people: KnownPeople,
    private readonly rooms: RoomTable,
    private readonly due: DueQueue,
    private readonly publisher: Publisher,
    private readonly tally: Tally,
    private readonly clock: Pick<Clock, 'awakeSince'>,
  ) {}

  /** Takes or renews a lease for `ttlMs` from `now`. */
  hold(userId: UserId, leaseId: string, ttlMs: number, now: number): void {
    const person = this.people.admit(userId)
    const until = now + ttlMs
    const lease = person.leases.get(leaseId)
    if (lease === undefined) person.leases.set(ownCopy(leaseId), { until, givenUpAt: null })
    else Object.assign(lease, { until, givenUpAt: null })
    this.due.by(person.leaseDuty, until)
    if (person.isOnline) return
    person.isOnline = true
    this.tally.onlineUsers += 1
    this.#publishPresence(person)
  }

  /** Gives a lease up; it lingers for `lingerMs` from `now`. Nothing happens if it is not held. */
  drop(userId: UserId, leaseId: string, lingerMs: number, now: number): void {
    const person = this.people.get(userId)
    const lease = person?.leases.get(leaseId)
    if (person === undefined || lease === undefined || lease.givenUpAt !== null) return
    lease.givenUpAt = now
    lease.until = now + lingerMs
    this.due.by(person.leaseDuty, lease.until)
  }

  /** Ends the leases of a person whose time has come; with the last one the person is gone. */
  endDue(person: Person, now: number): void {
    let next = Number.POSITIVE_INFINITY
    const soonest = this.clock.awakeSince + wakingMs
    for (const [leaseId, { until, givenUpAt }] of person.leases) {
      const endsAt = Math.max(until, soonest)
      if (endsAt > now) {
        next = Math.min(next, endsAt)
        continue
      }
      person.leases.delete(leaseId)
      person.lastHeldAt = Math.max(person.lastHeldAt, givenUpAt ?? until)
    }
    this.due.by(person.leaseDuty, next)
    if (person.leases.size > 0 || !person.isOnline) return
    person.isOnline = false
    this.tally.onlineUsers -= 1
    for (const room of person.rooms.values()) this.rooms.schedule(room)
    this.people.release(person)
    this.#publishPresence(person)
  }

  /** Ends all leases of a person without publishing presence: `room.dissolved` follows. */
  forget(person: Person): void {
    person.leases.clear()
    this.due.drop(person.leaseDuty)
    if (person.isOnline) this.tally.onlineUsers -= 1
    person.isOnline = false
    this.people.release(person)
  }

  /** The presence of those of `userIds` whom `viewerId` may see, as they are shown. */
  read(viewerId: UserId, userIds: readonly UserId[]): ReadonlyMap<UserId, Presence> {
    const found = new Map<UserId, Presence>()
    for (const userId of userIds) {
      const viewer = this.rooms.findPair(viewerId, userId)
      if (viewer && seesPresence(viewer, viewer.other)) found.set(userId, viewer.other.presence)
    }
    return found
  }

  #publishPresence({ rooms }: Person): void {
    const told = [...rooms].flatMap(([otherId, room]) => {
      const viewer = room.member(otherId)
      if (!viewer || !hearsPresence(viewer, viewer.other)) return []
      return tell(viewer, { type: 'presence.changed', presence: viewer.other.presence })
    })
    this.publisher.publish(told)
  }
}
