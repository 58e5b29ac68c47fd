import type { Message, Reach, RoomSummary, RoomView, WindowAsk } from '#src/chat/engine.js'
import { mayLiveFromSeen, mayUse, seesPresence } from '#src/chat/privacy.js'
import { isWarnedOf, newestFor } from './counts.js'
import type { Entry } from './message-store.js'
import { cutWindow } from './message-window.js'
import type { Member, Room } from './model.js'
import { messageFor } from './quotes.js'
import { countsOf } from './vanished.js'

/** The room as one of its people sees it. */
export function viewRoom(member: Member, ask: WindowAsk): RoomView {
  const { room, other } = member
  return {
    id: room.id,
    epoch: room.epoch,
    version: member.version,
    otherId: other.id,
    presence: seesPresence(member, other) ? other.presence : null,
    mine: member.cursors,
    theirs: other.shownCursors,
    ...cutWindow(member, ask),
    unread: member.unread,
    vanished: countsOf(member),
    lifetime: room.lifetime,
    erasesWhenLeft: room.erasesWhenLeft,
    mayLiveFromSeen: mayLiveFromSeen(room.members),
    expiring: warnedOf(member),
  }
}

/** The messages that someone is warned of now. */
export function warnedOf(member: Member): readonly Message[] {
  const warned = [...member.room.messages.warned].filter(entry => isWarnedOf(member, entry))
  return warned.map(({ message }) => message)
}

/** The room as it stands in the list of one of its people. */
export function summarise(member: Member): RoomSummary {
  const { room, other } = member
  const newest = newestFor(member)
  return {
    id: room.id,
    otherId: other.id,
    presence: seesPresence(member, other) ? other.presence : null,
    unread: member.unread,
    vanished: countsOf(member),
    lastMessage: newest === undefined ? null : messageFor(member, newest),
    mine: member.cursors,
    theirs: other.shownCursors,
    activeAt: member.raisedAt,
    lifetimeMs: room.lifetime?.lifetimeMs ?? null,
  }
}

/** How far a living message has come; null where it is held, and while its recipient has blocked its sender. */
export function reachOf({ members }: Room, { message, isHeld }: Entry): Reach | null {
  const recipient = members.find(({ id }) => id !== message.senderId)
  if (recipient === undefined || isHeld || !mayUse(recipient)) return null
  const { id: recipientId, hasEntered, cursors } = recipient
  const { seq, expiresAt } = message
  return { recipientId, hasEntered, isDelivered: seq <= cursors.delivered, isSeen: seq <= cursors.seen, expiresAt }
}
