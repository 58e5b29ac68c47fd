import type { MessageId } from '#src/chat/engine.js'
import { mayKnowOf } from '#src/chat/privacy.js'
import type { Entry } from './message-store.js'
import type { Member, Room } from './model.js'

/** Whether someone may know of a message. */
export function knowsOf({ id }: Member, { message, isHeld }: Entry): boolean {
  return mayKnowOf(id, message.senderId, isHeld)
}

/** Whether someone is to hear of a warning of a message: they know of it, and have dismissed none since it came. */
export function isWarnedOf(member: Member, entry: Entry): boolean {
  return knowsOf(member, entry) && entry.message.seq > member.dismissedUpTo
}

/** Whether a message is the other's and not held: one that someone may have unread. */
export function isFromOther(member: Member, entry: Entry): boolean {
  return entry.message.senderId !== member.id && !entry.isHeld
}

/** The `seq` of the first living message of the other's that someone has not seen; 0 when there is none. */
export function firstUnread({ room, side, cursors, unread }: Member): number {
  return unread === 0 ? 0 : room.messages.after(cursors.seen, side, true)
}

/** The newest living message that someone may know of. */
export function newestFor({ room: { messages, lastSeq }, side }: Member): Entry | undefined {
  return messages.read(messages.before(lastSeq + 1, side))
}

/** The id of the first living message after a `seq` that someone may know of. */
export function idAfter({ room: { messages }, side }: Member, seq: number): MessageId | null {
  const next = messages.after(seq, side)
  return next === 0 ? null : messages.idOf(next)
}

/** Counts a new message for both people of its room. */
export function countAdded({ members }: Room, entry: Entry): void {
  for (const member of members) {
    if (isFromOther(member, entry)) countUnread(member, 1)
    count(member, entry, 1)
  }
}

/** Counts a message that is gone for both people of its room. */
export function countRemoved({ members }: Room, entry: Entry): void {
  for (const member of members) {
    if (isFromOther(member, entry) && entry.message.seq > member.cursors.seen) countUnread(member, -1)
    count(member, entry, -1)
  }
}

/** Changes how many messages someone has unread in a room, and in all their rooms. */
export function countUnread(member: Member, change: number): void {
  member.unread += change
  if (member.isListed) member.person.listed.unread += change
}

function count(member: Member, entry: Entry, times: 1 | -1): void {
  if (!knowsOf(member, entry)) member.held += times
  else {
    member.messages += times
    member.bytes += times * entry.bytes
  }
  if (entry.message.senderId !== member.id) return
  member.bytesSent += times * entry.bytes
  member.person.bytesSent += times * entry.bytes
}
