import {
  sides,
  type UserId,
  unshownMs,
  type Vanished,
  type VanishedCount,
  type VanishedTotals,
} from '#src/chat/engine.js'
import { hearsOfUnseenEnd, mayKnowOf } from '#src/chat/privacy.js'
import type { Entry } from './message-store.js'
import type { Count, Member, Room } from './model.js'

const none: VanishedCount = { total: 0, shown: 0, afterSeq: 0 }
const nothing: Vanished = { theirs: none, mine: none }

/** Counts a message whose time has come for those who may know that it was not seen. Deleted ones are not to be counted. */
export function countVanished(room: Room, { message, isHeld }: Entry, now: number): void {
  for (const reader of room.members) {
    const { id, other: sender } = reader
    if (id === message.senderId || message.seq <= reader.cursors.seen) continue
    const { theirs } = reader.vanished
    // A held one too: its sender could tell by the end of the room that the other is not just away.
    theirs.unshownUntil = now + unshownMs
    if (mayKnowOf(id, message.senderId, isHeld)) count(theirs, message.seq)
    if (!hearsOfUnseenEnd(reader)) continue
    const { mine } = sender.vanished
    mine.unshownUntil = now + unshownMs
    count(mine, room.lastSeq)
  }
}

/** Whose messages have vanished unseen since someone's counts were as in `before`, as far as they are told so. */
export function vanishedSince(member: Member, before: VanishedTotals): UserId[] {
  if (member.hasBlocked) return []
  const hasGrown = (whose: keyof Vanished) => member.vanished[whose].total > before[whose]
  return member.room.members.filter(each => hasGrown(each === member ? 'mine' : 'theirs')).map(({ id }) => id)
}

/** Takes note that someone was shown the counts up to these totals. */
export function noteShown(member: Member, totals: VanishedTotals): void {
  for (const whose of sides) {
    const count = member.vanished[whose]
    count.shown = Math.max(count.shown, Math.min(count.total, totals[whose]))
  }
  letGoOfCounts(member)
}

/** A count that was shown, or in which there is nothing to show, keeps the room no longer. */
export function letGoOfCounts({ vanished }: Member): void {
  for (const whose of sides) {
    const count = vanished[whose]
    if (count.total === count.shown) count.unshownUntil = 0
  }
}

/** Until when somebody's counts keep their room, in ms of `Clock.now()`; 0 when they do not. */
export function countsKeepUntil({ vanished: { theirs, mine } }: Member): number {
  return Math.max(theirs.unshownUntil, mine.unshownUntil)
}

/** The counts as they are now. */
export function countsOf({ vanished: { theirs, mine } }: Member): Vanished {
  if (theirs.total === 0 && mine.total === 0) return nothing
  return { theirs: viewCount(theirs), mine: viewCount(mine) }
}

function viewCount({ total, shown, afterSeq }: Count): VanishedCount {
  return { total, shown, afterSeq }
}

function count(counted: Count, afterSeq: number): void {
  counted.total += 1
  counted.afterSeq = Math.max(counted.afterSeq, afterSeq)
}
