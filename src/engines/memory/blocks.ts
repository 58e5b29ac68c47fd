import type { Privacy, Told, UserId } from '#src/chat/engine.js'
import { hearsOf, mayLiveFromSeen, seesPresence } from '#src/chat/privacy.js'
import type { Publisher } from '#src/chat/publisher.js'
import { createDuty, type DueQueue } from './due-queue.js'
import type { KnownPeople } from './known-people.js'
import type { AtBlock, Member } from './model.js'
import type { PrivacyChoices } from './privacy-choices.js'
import { followReceipts } from './room-changes.js'
import type { RoomTable } from './room-table.js'
import { keptNotices, tell, tellOfLifetime, watchWhoSees } from './telling.js'

/** Blocks, as they begin and end: what they do to the room of the two, and what the blocked are told. */
export class Blocks {
  constructor(
    private readonly people: KnownPeople,
    private readonly rooms: RoomTable,
    private readonly choices: PrivacyChoices,
    private readonly due: DueQueue,
    private readonly publisher: Publisher,
    private readonly messageTtlMs: number,
  ) {}

  /** As `Engine.setPrivacy`. */
  set(userId: UserId, privacy: Privacy, lingerMs: number, now: number): readonly UserId[] {
    const person = this.people.get(userId)
    const { isOnline = false, lastHeldAt = 0 } = person ?? {}
    const shown = { isOnline, lastHeldAt: isOnline ? now : lastHeldAt, sendsReceipts: privacy.sendsReceipts }
    const before = this.choices.of(userId).blocked
    const after = new Set(privacy.blocked)
    const blocked = [...after].filter(otherId => !before.has(otherId))
    const unblocked = this.#inRoomsWith(
      userId,
      [...before.keys()].filter(otherId => !after.has(otherId)),
    ).map(member => ({ member, wasOnline: member.presence.isOnline, tellWhoSees: watchWhoSees(member.room) }))
    const rooms = [...(person?.rooms.values() ?? [])].map(room => ({ room, may: mayLiveFromSeen(room.members) }))

    const choice = this.choices.set(userId, privacy, shown)
    if (person !== undefined) person.privacy = choice

    const told: Told[] = []
    for (const { member, wasOnline, tellWhoSees } of unblocked) {
      if (member.isShown) this.rooms.raise(member, now)
      this.rooms.schedule(member.room)
      if (hearsOf(member)) told.push(tell(member, { type: 'room.opened', version: member.version }))
      told.push(...tellWhoSees())
      if (member.presence.isOnline !== wasOnline) told.push(...tellPresence(member))
    }
    this.publisher.publish(told)
    for (const { room, may } of rooms) this.#followReceipts(room.member(userId), may, now)
    for (const member of this.#inRoomsWith(userId, blocked)) {
      member.person.listed.remove(member)
      this.rooms.schedule(member.room)
    }
    if (isOnline && blocked.length > 0) {
      this.due.by(
        createDuty(() => this.#leave(userId, blocked, shown)),
        now + lingerMs,
      )
    }
    return blocked
  }

  /** Tells both, and counts lives from sending, where someone, as the other sees it, sends no receipts any more. */
  #followReceipts(member: Member | undefined, mayBefore: boolean, now: number): void {
    const change = member === undefined ? null : followReceipts(member, mayBefore, this.messageTtlMs, now)
    if (member === undefined || change === null) return
    this.rooms.schedule(member.room)
    const told = tellOfLifetime(member, this.messageTtlMs, change.stopped, change.timeline)
    this.publisher.publish(told, change.stopped.flatMap(keptNotices))
  }

  /** Those who were blocked see the person go, unless they have been unblocked since. */
  #leave(userId: UserId, blocked: readonly UserId[], shown: AtBlock): void {
    shown.isOnline = false
    for (const member of this.#inRoomsWith(userId, blocked)) {
      if (member.shownAttendance !== shown) continue
      this.rooms.schedule(member.room)
      this.publisher.publish(tellPresence(member))
    }
  }

  #inRoomsWith(userId: UserId, otherIds: readonly UserId[]): Member[] {
    return otherIds.flatMap(otherId => this.rooms.findPair(userId, otherId) ?? [])
  }
}

/** Tells the other how they are shown someone now, if they may see it. */
function tellPresence(member: Member): Told[] {
  const { other, presence } = member
  return seesPresence(other, member) ? [tell(other, { type: 'presence.changed', presence })] : []
}
