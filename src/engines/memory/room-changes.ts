import { randomBytes } from 'node:crypto'
import { countBytes, type Draft, type Message, type TimelineBody, type TimelineEvent } from '#src/chat/engine.js'
import { graceOf } from '#src/chat/lifetimes.js'
import { isHeldFrom, mayUse } from '#src/chat/privacy.js'
import { countAdded, countRemoved, knowsOf } from './counts.js'
import type { Entry } from './message-list.js'
import type { Member, Room } from './model.js'
import { raiseVersion, raiseVersionOf } from './telling.js'
import { ownCopy } from './traces.js'

/** Adds a message to the sender’s room. `messageTtlMs`: how long messages live in a room whose people chose nothing. */
export function post(sender: Member, draft: Draft, messageTtlMs: number, now: number): Entry {
  const { room, other } = sender
  const { image, mostLifetimeMs = Number.POSITIVE_INFINITY } = draft
  const lifetimeMs = Math.min(lifetimeIn(room, messageTtlMs), mostLifetimeMs)
  room.lastSeq += 1
  const message: Message = {
    id: randomBytes(16).toString('base64url'),
    roomId: room.id,
    seq: room.lastSeq,
    senderId: sender.id,
    nonce: ownCopy(draft.nonce),
    text: ownCopy(draft.text),
    image: image && { ...image, id: ownCopy(image.id), alt: ownCopy(image.alt) },
    sentAt: now,
    expiresAt: now + lifetimeMs,
    lifetimeMs,
    keptTimes: 0,
  }
  const entry = room.messages.append(message, countBytes(draft), isHeldFrom(other))
  countAdded(room, entry)
  raiseVersionOf(room, [entry])
  return entry
}

/** Takes out a living message before its time. */
export function retract(room: Room, entry: Entry): void {
  room.messages.remove(entry)
  countRemoved(room, entry)
  raiseVersionOf(room, [entry])
}

/** Takes out the messages whose time has come. Returns them in the order of `seq`. */
export function expire(room: Room, now: number): readonly Entry[] {
  const expired: Entry[] = []
  for (let entry = room.messages.takeDue(now); entry !== undefined; entry = room.messages.takeDue(now)) {
    countRemoved(room, entry)
    expired.push(entry)
  }
  raiseVersionOf(room, expired)
  return expired.sort((a, b) => a.message.seq - b.message.seq)
}

/** Keeps the messages that were warned of for as long again. Returns them in the order of `seq`. */
export function keepWarned(room: Room): readonly Entry[] {
  const kept = room.messages.keepWarned()
  raiseVersionOf(room, kept)
  return kept
}

/** How long a message lives that is sent now, ms. */
export function lifetimeIn({ lifetime }: Room, messageTtlMs: number): number {
  return lifetime?.lifetimeMs ?? messageTtlMs
}

/** Chooses how long messages live from now on; null if they live that long already. */
export function chooseLifetime(
  chooser: Member,
  lifetimeMs: number,
  messageTtlMs: number,
  now: number,
): TimelineEvent | null {
  const { room } = chooser
  if (lifetimeIn(room, messageTtlMs) === lifetimeMs) return null
  room.lifetime = { lifetimeMs, byId: chooser.id }
  raiseVersion(room)
  return note(chooser, { what: 'lifetime', lifetimeMs }, now, now + lifetimeMs)
}

/** Chooses whether the room is erased once both have left; null if it is so already. */
export function chooseErasure(
  chooser: Member,
  erasesWhenLeft: boolean,
  messageTtlMs: number,
  now: number,
): TimelineEvent | null {
  const { room } = chooser
  if (room.erasesWhenLeft === erasesWhenLeft) return null
  room.erasesWhenLeft = erasesWhenLeft
  raiseVersion(room)
  return note(chooser, { what: 'erasure', erasesWhenLeft }, now, now + lifetimeIn(room, messageTtlMs))
}

/** Notes that somebody has kept messages, for those who may know of one of them. */
export function noteKept(keeper: Member, kept: readonly Entry[], now: number): TimelineEvent {
  const expiresAt = kept.reduce((most, { message }) => Math.max(most, message.expiresAt), now)
  return note(keeper, { what: 'kept' }, now, expiresAt, member => kept.some(entry => knowsOf(member, entry)))
}

/** Notes that somebody has opened a chat again that ended, for those who know that it did. */
export function noteReopened(
  opener: Member,
  messageTtlMs: number,
  now: number,
  knowsOfEnd: (member: Member) => boolean,
): void {
  if (opener.room.members.some(knowsOfEnd)) {
    note(opener, { what: 'reopened' }, now, now + messageTtlMs, knowsOfEnd)
  }
}

/** Whoever has blocked the other never learns of it. */
function note(
  { room, id: byId }: Member,
  body: TimelineBody,
  at: number,
  expiresAt: number,
  mayKnow: (member: Member) => boolean = () => true,
): TimelineEvent {
  const knowing = room.members.filter(member => mayUse(member) && mayKnow(member))
  const byIndex = room.members.findIndex(({ id }) => id === byId)
  const event = { ...body, id: `${room.lastSeq}-${body.what}-${byIndex}`, afterSeq: room.lastSeq, byId, at, expiresAt }
  room.timeline.add({ event, knownTo: knowing.map(({ id }) => id) })
  return event
}

/**
 * When the room dissolves if nothing more happens, in ms of `Clock.now()`: Infinity as long as somebody is here, or a message
 * that has to be seen or to expire keeps it. Those to whom it is not shown count as never having been here.
 */
export function dissolvesAt({ messages, members, erasesWhenLeft }: Room, roomGraceMs: number): number {
  const isKept = erasesWhenLeft
    ? messages.kept > 0 || members.some(({ unread, held }) => unread + held > 0)
    : messages.size > 0
  if (isKept) return Number.POSITIVE_INFINITY
  return Math.max(...members.map(member => (member.isShown ? awayAt(member, graceOf(roomGraceMs)) : 0)))
}

/** When somebody will have been away for the grace period, as the other is shown them: Infinity while they are here. */
function awayAt({ shownAttendance, activeAt }: Member, graceMs: number): number {
  const { isOnline, lastHeldAt } = shownAttendance
  return isOnline ? Number.POSITIVE_INFINITY : Math.max(activeAt, lastHeldAt) + graceMs
}
