import type { Presence as PresenceOf, UserId } from '#src/chat/engine.js'
import type { DueQueue } from './due-queue.js'
import type { EventStream } from './event-stream.js'
import type { People } from './people.js'
import { type Person, presenceOf } from './person.js'
import type { Rooms } from './rooms.js'
import type { Tally } from './tally.js'
import { ownCopy } from './traces.js'

/** Who is here: people hold leases, and are gone when the last one has ended. */
export class Presence {
  constructor(
    private readonly people: People,
    private readonly rooms: Rooms,
    private readonly due: DueQueue,
    private readonly events: EventStream,
    private readonly tally: Tally,
  ) {}

  /** Takes or renews a lease for `ttlMs` from `now`. */
  hold(userId: UserId, leaseId: string, ttlMs: number, now: number): void {
    const person = this.people.admit(userId)
    const until = now + ttlMs
    const lease = person.leases.get(leaseId)
    if (lease === undefined) person.leases.set(ownCopy(leaseId), { until, givenUpAt: null })
    else Object.assign(lease, { until, givenUpAt: null })
    this.due.by(person.duty, until)
    if (person.isOnline) return
    person.isOnline = true
    this.tally.onlineUsers += 1
    this.#tell(person)
  }

  /** Gives a lease up; it lingers for `lingerMs` from `now`. Nothing happens when it is not held. */
  drop(userId: UserId, leaseId: string, lingerMs: number, now: number): void {
    const person = this.people.get(userId)
    const lease = person?.leases.get(leaseId)
    if (person === undefined || lease === undefined || lease.givenUpAt !== null) return
    lease.givenUpAt = now
    lease.until = now + lingerMs
    this.due.by(person.duty, lease.until)
  }

  /** Ends the leases of a person whose time has come; with the last one the person is gone. */
  lapse(person: Person, now: number): void {
    this.due.by(person.duty, person.endLeases(now))
    if (person.leases.size > 0 || !person.isOnline) return
    person.isOnline = false
    this.tally.onlineUsers -= 1
    for (const room of person.rooms.values()) this.rooms.schedule(room)
    this.people.release(person)
    this.#tell(person)
  }

  /** Ends all leases of a person in silence: whoever could hear of it is about to hear something else. */
  forget(person: Person): void {
    person.leases.clear()
    this.due.drop(person.duty)
    if (person.isOnline) this.tally.onlineUsers -= 1
    person.isOnline = false
    this.people.release(person)
  }

  /** The presence of those of `userIds` whom `viewerId` sees, as they are seen. */
  read(viewerId: UserId, userIds: readonly UserId[]): ReadonlyMap<UserId, PresenceOf> {
    const found = new Map<UserId, PresenceOf>()
    for (const userId of userIds) {
      const side = this.rooms.find(viewerId, userId)?.sideOf(viewerId)
      if (side?.seesPresence) found.set(userId, side.theirs.presence)
    }
    return found
  }

  #tell(person: Person): void {
    const audience: UserId[] = []
    for (const [otherId, room] of person.rooms) {
      const side = room.sideOf(otherId)
      if (side?.seesPresence && side.theirs.sight === null) audience.push(otherId)
    }
    this.events.tell({ type: 'presence.changed', presence: presenceOf(person.id, person), audience })
  }
}
