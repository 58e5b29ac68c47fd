import { mayKnowOf } from '#src/chat/privacy.js'
import type { Entry } from './message-list.js'
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

/** The first living message of the other's that someone has not seen. */
export function firstUnread(member: Member): Entry | null {
  let entry = member.seenFrontier.first
  while (entry !== null && !isFromOther(member, entry)) entry = entry.next
  return entry
}

/** The newest living message that someone may know of. */
export function newestFor(member: Member): Entry | null {
  let entry = member.room.messages.last
  while (entry !== null && !knowsOf(member, entry)) entry = entry.previous
  return entry
}

/** The first living message after a `seq` that someone may know of. Fast where the oldest are the ones that went. */
export function oldestAfter(member: Member, seq: number): Entry | null {
  for (const entry of member.room.messages) {
    if (entry.message.seq > seq && knowsOf(member, entry)) return entry
  }
  return null
}

/** Counts a new message for both people of its room. */
export function countAdded({ members }: Room, entry: Entry): void {
  for (const member of members) {
    member.deliveredFrontier.add(entry)
    member.seenFrontier.add(entry)
    if (entry.message.senderId === member.id) member.sent.set(entry.message.nonce, entry)
    else if (!entry.isHeld) countUnread(member, 1)
    count(member, entry, 1)
  }
}

/** Counts a message that is gone for both people of its room. */
export function countRemoved({ members }: Room, entry: Entry): void {
  for (const member of members) {
    member.deliveredFrontier.remove(entry)
    member.seenFrontier.remove(entry)
    if (entry.message.senderId === member.id) member.sent.delete(entry.message.nonce)
    else if (!entry.isHeld && entry.message.seq > member.cursors.seen) countUnread(member, -1)
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
