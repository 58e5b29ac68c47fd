import type { Draft, Lifetime, SeqRange, TimelineBody, TimelineEvent } from '#src/chat/engine.js'
import { graceOf, longestLifeOf, unseenLifeMs } from '#src/chat/lifetimes.js'
import { isHeldFrom, mayLiveFromSeen, mayUse } from '#src/chat/privacy.js'
import { countAdded, countRemoved, knowsOf } from './counts.js'
import type { Entry } from './message-store.js'
import type { Member, Room } from './model.js'
import { quoteFor } from './quotes.js'
import { raiseVersion, raiseVersionOf } from './telling.js'
import { ownCopy } from './traces.js'
import { countsKeepUntil, countVanished } from './vanished.js'

/** Adds a message to the sender’s room. `messageTtlMs`: how long messages live in a room whose people chose nothing. */
export function post(sender: Member, draft: Draft, messageTtlMs: number, now: number): Entry {
  const { room, other } = sender
  const { image, replyTo, mostLifetimeMs = Number.POSITIVE_INFINITY } = draft
  const { lifetimeMs: chosenMs, from: livesFrom } = room.lifetimeWith(messageTtlMs)
  const lifetimeMs = Math.min(chosenMs, mostLifetimeMs)
  const hasBegun = livesFrom === 'sent'
  const untilGoneMs = hasBegun ? lifetimeMs : Math.min(unseenLifeMs({ messageTtlMs }), mostLifetimeMs)
  room.lastSeq += 1
  const message = {
    seq: room.lastSeq,
    senderId: sender.id,
    nonce: draft.nonce,
    text: draft.text,
    image: image && { ...image, id: ownCopy(image.id), alt: ownCopy(image.alt) },
    sentAt: now,
    expiresAt: now + untilGoneMs,
    lifetimeMs,
    livesFrom,
    hasBegun,
    keptTimes: 0,
  }
  const answers = replyTo ? (quoteFor(sender, replyTo)?.id ?? null) : null
  const entry = room.messages.append(message, isHeldFrom(other), answers)
  countAdded(room, entry)
  raiseVersionOf(room, [entry])
  return entry
}

/** Takes out a living message before its time. */
export function retract(room: Room, entry: Entry): void {
  room.messages.remove(entry.message.seq)
  countRemoved(room, entry)
  raiseVersionOf(room, [entry])
}

/** Takes out the messages whose time has come. Returns them in the order of `seq`. */
export function expire(room: Room, now: number): readonly Entry[] {
  const expired: Entry[] = []
  for (let entry = room.messages.takeDue(now); entry !== undefined; entry = room.messages.takeDue(now)) {
    countVanished(room, entry, now)
    countRemoved(room, entry)
    expired.push(entry)
  }
  raiseVersionOf(room, expired)
  return expired.sort((a, b) => a.message.seq - b.message.seq)
}

/** Keeps the messages that were warned of, and those with them, for as long again. Returns them in the order of `seq`. */
export function keepWarned(room: Room, now: number): readonly Entry[] {
  const kept = room.messages.keepWarned(now)
  raiseVersionOf(room, kept)
  return kept
}

/**
 * Begins the lives of the other's messages in a range that someone has seen, as far as they waited for it. Returns them in
 * the order of `seq`. A held one begins like the others, so that its sender notices nothing.
 */
export function beginLives({ id, room }: Member, range: SeqRange, now: number): readonly Entry[] {
  const begun = room.messages.begin(id, range, now)
  raiseVersionOf(room, begun)
  return begun
}

/** Chooses how long messages live from now on; null if they live that long already. */
export function chooseLifetime(
  chooser: Member,
  { lifetimeMs, from }: Lifetime,
  messageTtlMs: number,
  now: number,
): TimelineEvent | null {
  const { room } = chooser
  const current = room.lifetimeWith(messageTtlMs)
  if (current.lifetimeMs === lifetimeMs && current.from === from) return null
  return changeLifetime(chooser, { lifetimeMs, from }, messageTtlMs, now)
}

function changeLifetime(chooser: Member, lifetime: Lifetime, messageTtlMs: number, now: number): TimelineEvent {
  chooser.room.lifetime = { ...lifetime, byId: chooser.id }
  raiseVersion(chooser.room)
  return note(chooser, { what: 'lifetime', ...lifetime }, now, now + longestLifeOf(lifetime, { messageTtlMs }))
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
  const expiresAt = now + longestLifeOf(room.lifetimeWith(messageTtlMs), { messageTtlMs })
  return note(chooser, { what: 'erasure', erasesWhenLeft }, now, expiresAt)
}

/** Notes that someone has kept messages, for those who may know of one of them. */
export function noteKept(keeper: Member, kept: readonly Entry[], now: number): TimelineEvent {
  const expiresAt = kept.reduce((most, { message }) => Math.max(most, message.expiresAt), now)
  return note(keeper, { what: 'kept' }, now, expiresAt, member => kept.some(entry => knowsOf(member, entry)))
}

/** Notes that someone has opened a chat again that ended, for those who know that it did. */
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
 * Counts all lives from sending where they may not be counted from being seen any more (`mayBefore`: whether they could be).
 * Those of messages that wait to be seen begin now. Returns these messages and what is noted of another lifetime, or null if
 * nothing has changed.
 */
export function followReceipts(
  member: Member,
  mayBefore: boolean,
  messageTtlMs: number,
  now: number,
): { readonly stopped: readonly Entry[]; readonly timeline: TimelineEvent | null } | null {
  const { room } = member
  const may = mayLiveFromSeen(room.members)
  const stopped = may ? [] : room.messages.stopWaiting(now)
  if (may === mayBefore && (may || (room.lifetime?.from !== 'seen' && stopped.length === 0))) return null
  if (!may && room.lifetime?.from === 'seen') {
    const { lifetimeMs } = room.lifetime
    return { stopped, timeline: changeLifetime(member, { lifetimeMs, from: 'sent' }, messageTtlMs, now) }
  }
  raiseVersion(room)
  return { stopped, timeline: null }
}

/**
 * When the room dissolves if nothing more happens, ms of `Clock.now()`; Infinity while someone is here or a message keeps it.
 * A count that was not shown keeps it for a while. Those to whom the room is not shown count as never having been here.
 */
export function dissolvesAt({ messages, members, erasesWhenLeft }: Room, roomGraceMs: number): number {
  const [first, second] = members
  const isKept = erasesWhenLeft
    ? messages.kept > 0 || first.unread + first.held + second.unread + second.held > 0
    : messages.size > 0
  if (isKept) return Number.POSITIVE_INFINITY
  const grace = graceOf(roomGraceMs)
  return Math.max(keepsUntil(first, grace), keepsUntil(second, grace))
}

/** Until when somebody keeps a room in which no message does, in ms of `Clock.now()`. */
function keepsUntil(member: Member, graceMs: number): number {
  return Math.max(countsKeepUntil(member), member.isShown ? awayAt(member, graceMs) : 0)
}

/** When someone will have been away for the grace period, as the other is shown them: Infinity while they are here. */
function awayAt({ shownAttendance, activeAt }: Member, graceMs: number): number {
  const { isOnline, lastHeldAt } = shownAttendance
  return isOnline ? Number.POSITIVE_INFINITY : Math.max(activeAt, lastHeldAt) + graceMs
}
