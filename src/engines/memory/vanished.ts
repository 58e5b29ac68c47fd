import { type UserId, unshownMs, type Vanished, type VanishedTotals } from '#src/chat/engine.js'
import { hearsOfUnseenEnd, mayKnowOf } from '#src/chat/privacy.js'
import type { Entry } from './message-list.js'
import type { Count, Member, Room } from './model.js'

const sides = ['theirs', 'mine'] as const satisfies readonly (keyof Vanished)[]

/** Counts a message whose time has come for those who may know that it was not seen. Deleted ones are not to be counted. */
export function countVanished({ members }: Room, { message, isHeld }: Entry, now: number): void {
  for (const reader of members) {
    const { id, other: sender } = reader
    if (id === message.senderId || message.seq <= reader.cursors.seen) continue
    // The sender of a held message could tell by the end of the room that the other is not just away.
    reader.unshownUntil = now + unshownMs
    if (mayKnowOf(id, message.senderId, isHeld)) count(reader.vanished.theirs, message.seq)
    if (hearsOfUnseenEnd(reader)) count(sender.vanished.mine, message.seq)
  }
}

/** Whose messages have vanished unseen since someone's counts were as in `before`, as far as they are told so. */
export function vanishedSince(member: Member, before: Vanished | undefined): UserId[] {
  if (before === undefined || member.hasBlocked) return []
  const hasGrown = (whose: keyof Vanished) => member.vanished[whose].total > before[whose].total
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

/** Ends what keeps the room for the sake of counts, once all of them were shown. */
export function letGoOfCounts(member: Member): void {
  const { total, shown } = member.vanished.theirs
  if (total === shown) member.unshownUntil = 0
}

/** The counts as they are now. */
export function countsOf({ vanished: { theirs, mine } }: Member): Vanished {
  return { theirs: { ...theirs }, mine: { ...mine } }
}

function count(counted: Count, seq: number): void {
  counted.total += 1
  counted.lastSeq = Math.max(counted.lastSeq, seq)
}
