import type { Privacy, UserId } from '#src/chat/engine.js'
import type { Discretion } from './discretion.js'
import { createDuty, type DueQueue } from './due-queue.js'
import type { EventStream } from './event-stream.js'
import type { People } from './people.js'
import type { Attendance } from './person.js'
import type { Side } from './room.js'
import type { Rooms } from './rooms.js'

/** Blocks, as they begin and end: what they do to the room of the two, and what the blocked are told. */
export class Blocks {
  constructor(
    private readonly people: People,
    private readonly rooms: Rooms,
    private readonly discretion: Discretion,
    private readonly due: DueQueue,
    private readonly events: EventStream,
  ) {}

  /** As `Engine.setPrivacy`. */
  set(userId: UserId, privacy: Privacy, lingerMs: number, now: number): readonly UserId[] {
    const { isOnline = false, lastHeldAt = 0 } = this.people.get(userId) ?? {}
    const sight = { isOnline, lastHeldAt: isOnline ? now : lastHeldAt }
    const { blocked, unblocked } = this.discretion.set(userId, privacy, sight)
    for (const otherId of unblocked) this.#reveal(userId, otherId, now)
    for (const otherId of blocked) this.#hide(userId, otherId, sight)
    if (isOnline && blocked.length > 0) {
      this.due.by(
        createDuty(() => this.#leave(userId, blocked, sight)),
        now + lingerMs,
      )
    }
    return blocked
  }

  #hide(userId: UserId, otherId: UserId, sight: Attendance): void {
    const side = this.#sideOf(userId, otherId)
    if (side === undefined) return
    side.mine.sight = sight
    side.mine.person.chats.remove(side)
    this.rooms.schedule(side.room)
  }

  /** The blocked see who blocked them go. */
  #leave(userId: UserId, blocked: readonly UserId[], sight: Attendance): void {
    sight.isOnline = false
    for (const otherId of blocked) {
      const side = this.#sideOf(userId, otherId)
      if (side?.mine.sight !== sight) continue
      this.rooms.schedule(side.room)
      this.#tellPresence(userId, otherId)
    }
  }

  #reveal(userId: UserId, otherId: UserId, now: number): void {
    const side = this.#sideOf(userId, otherId)
    if (side === undefined) return
    const { isOnline } = side.mine.presence
    const met = this.rooms.introduce(side.room, () => {
      side.mine.sight = null
      if (side.mine.isShown) this.rooms.raise(side, now)
    })
    this.rooms.schedule(side.room)
    if (side.mine.isShown) this.rooms.tellOpened(side)
    this.events.tell(...met)
    if (side.mine.presence.isOnline !== isOnline) this.#tellPresence(userId, otherId)
  }

  /** Tells one person how they see another, if they see them. */
  #tellPresence(userId: UserId, toId: UserId): void {
    const side = this.#sideOf(toId, userId)
    if (!side?.seesPresence) return
    this.events.tell({ type: 'presence.changed', presence: side.theirs.presence, audience: [toId] })
  }

  #sideOf(userId: UserId, otherId: UserId): Side | undefined {
    return this.rooms.find(userId, otherId)?.sideOf(userId)
  }
}
