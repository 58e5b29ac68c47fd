import type { Message, RoomSummary, RoomView, WindowAsk } from '#src/chat/engine.js'
import { mayLiveFromSeen, seesPresence } from '#src/chat/privacy.js'
import { isWarnedOf, newestFor } from './counts.js'
import { cutWindow } from './message-window.js'
import type { Member } from './model.js'
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
