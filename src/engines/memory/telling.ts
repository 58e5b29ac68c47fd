import type {
  Cursors,
  EngineEvent,
  EventBody,
  Message,
  RoomSummary,
  ServerNotice,
  TimelineEvent,
  Told,
} from '#src/chat/engine.js'
import { hearsOf, mayLiveFromSeen, seesPresence } from '#src/chat/privacy.js'
import { knowsOf } from './counts.js'
import type { Entry } from './message-store.js'
import type { Member, Room } from './model.js'
import { messageFor } from './quotes.js'
import { summarise } from './views.js'

/** An event for one of a room's people, with the facts of the room as they are now. */
export function tell(member: Member, body: EventBody): Told {
  const { room, person } = member
  const facts = { roomId: room.id, summary: summaryFor(member), totalUnread: person.listed.unread }
  // Every caller makes a body of its own. A copy of its properties would cost more than all else here.
  return { userId: member.id, event: Object.assign(body, facts) }
}

function summaryFor(member: Member): RoomSummary | null {
  return member.isListed ? summarise(member) : null
}

/** An event for each of a room's people who hears of the room. */
export function tellMembers({ members }: Room, bodyFor: (member: Member) => EventBody): Told[] {
  return members.filter(hearsOf).map(member => tell(member, bodyFor(member)))
}

/** Raises the version of a change that everybody in the room may know of. */
export function raiseVersion({ members }: Room): void {
  for (const member of members) member.version += 1
}

/** Raises the version of a change of messages, for those who may know of one of them. */
export function raiseVersionOf({ members }: Room, entries: readonly Entry[]): void {
  if (entries.length === 0) return
  for (const member of members) if (entries.some(entry => knowsOf(member, entry))) member.version += 1
}

/** Those of some messages that someone may know of. */
export function knownTo(member: Member, entries: readonly Entry[]): readonly Message[] {
  const known: Message[] = []
  for (const entry of entries) if (knowsOf(member, entry)) known.push(messageFor(member, entry))
  return known
}

/** An event about messages, for each of the room's people who hears of the room and may know of one of them. */
export function tellOfMessages(
  { members }: Room,
  entries: readonly Entry[],
  bodyFor: (member: Member, messages: readonly Message[]) => EventBody,
): Told[] {
  return members.filter(hearsOf).flatMap(member => {
    const messages = knownTo(member, entries)
    return messages.length > 0 ? tell(member, bodyFor(member, messages)) : []
  })
}

/** That a message was sent, for each of the room's people who hears of the room and may know of it. */
export function tellOfSent({ id: roomId, members }: Room, entry: Entry): Told[] {
  const told: Told[] = []
  for (const member of members) {
    if (!hearsOf(member) || !knowsOf(member, entry)) continue
    const { version, person } = member
    const { unread: totalUnread } = person.listed
    const message = messageFor(member, entry)
    // In one literal: most of what is told is this, and that a message was received.
    const event: EngineEvent = {
      type: 'message.sent',
      version,
      message,
      roomId,
      summary: summaryFor(member),
      totalUnread,
    }
    told.push({ userId: person.id, event })
  }
  return told
}

/** That someone has got further, for each of the room's people who hears of the room. `entries`: whose status it changes. */
export function tellOfReceipt(
  { id: userId, room: { id: roomId, members } }: Member,
  { before, after, entries }: { readonly before: Cursors; readonly after: Cursors; readonly entries: readonly Entry[] },
): Told[] {
  const told: Told[] = []
  for (const member of members) {
    if (!hearsOf(member)) continue
    const { version, person } = member
    const event: EngineEvent = {
      type: 'receipt.moved',
      version,
      userId,
      before,
      after,
      messages: knownTo(member, entries),
      roomId,
      summary: summaryFor(member),
      totalUnread: person.listed.unread,
    }
    told.push({ userId: person.id, event })
  }
  return told
}

/** That messages live in another way from now on, for each who hears of the room. `stopped`: they wait no more to be seen. */
export function tellOfLifetime(
  { id: byId, room }: Member,
  messageTtlMs: number,
  stopped: readonly Entry[],
  timeline: TimelineEvent | null,
): Told[] {
  const { lifetimeMs, from } = room.lifetimeWith(messageTtlMs)
  const change = { lifetimeMs, from, byId, mayLiveFromSeen: mayLiveFromSeen(room.members), timeline }
  return tellMembers(room, member => ({
    ...{ type: 'lifetime.changed', version: member.version, messages: knownTo(member, stopped) },
    ...change,
  }))
}

/** That the picture of a message goes at another time. */
export function keptNotices({ message: { image, expiresAt } }: Entry): ServerNotice[] {
  return image === null ? [] : [{ type: 'image.kept', imageId: image.id, expiresAt }]
}

const tellNobody = (): Told[] => []

/**
 * To be called before something by which people may begin to see each other's presence. The answer, called afterwards,
 * tells those who have begun to see someone who is here.
 */
export function watchWhoSees({ members }: Room): () => Told[] {
  const blind = members.filter(member => !seesPresence(member, member.other))
  if (blind.length === 0) return tellNobody
  return () => {
    const seeing = blind.filter(member => seesPresence(member, member.other) && member.other.presence.isOnline)
    return seeing.map(member => tell(member, { type: 'presence.changed', presence: member.other.presence }))
  }
}
