import { randomBytes } from 'node:crypto'
import { countBytes, type Draft, type Message } from '#src/chat/engine.js'
import { isHeldFrom } from '#src/chat/privacy.js'
import { countAdded, countRemoved } from './counts.js'
import type { Entry } from './message-list.js'
import type { Member, Room } from './model.js'
import { raiseVersion, raiseVersionOf } from './telling.js'
import { ownCopy } from './traces.js'
import { countVanished } from './vanished.js'

/** What counts as the grace period where it is 0, and then only in a room in which no message lives. */
const shortestGraceMs = 300_000

/** Adds a message to the sender’s room. `messageTtlMs`: how long messages live in a room whose people chose nothing. */
export function post(sender: Member, draft: Draft, messageTtlMs: number, now: number): Entry {
  const { room, other } = sender
  const { image, mostLifetimeMs = Number.POSITIVE_INFINITY } = draft
  const lifetimeMs = Math.min(room.lifetime?.lifetimeMs ?? messageTtlMs, mostLifetimeMs)
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
    countVanished(room, entry, now)
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

/** Chooses how long messages live from now on; false if they live that long already. */
export function chooseLifetime(chooser: Member, lifetimeMs: number, messageTtlMs: number): boolean {
  const { room } = chooser
  if ((room.lifetime?.lifetimeMs ?? messageTtlMs) === lifetimeMs) return false
  room.lifetime = { lifetimeMs, byId: chooser.id, sinceSeq: room.lastSeq }
  raiseVersion(room)
  return true
}

/**
 * When the room dissolves if nothing more happens, in ms of `Clock.now()`: Infinity as long as somebody is here, or a message
 * that has to be seen or to expire keeps it; a count of such messages that was not shown keeps it for a while. Those to whom it is not shown count as never having been here.
 */
export function dissolvesAt({ messages, members }: Room, graceMs: number): number {
  const isKept = graceMs === 0 ? messages.size > 0 : members.some(({ unread, held }) => unread + held > 0)
  if (isKept) return Number.POSITIVE_INFINITY
  const kept = members.map(({ unshownUntil }) => unshownUntil)
  return Math.max(...kept, ...members.map(member => (member.isShown ? awayAt(member, graceMs || shortestGraceMs) : 0)))
}

/** When somebody will have been away for the grace period, as the other is shown them: Infinity while they are here. */
function awayAt({ shownAttendance, activeAt }: Member, graceMs: number): number {
  const { isOnline, lastHeldAt } = shownAttendance
  return isOnline ? Number.POSITIVE_INFINITY : Math.max(activeAt, lastHeldAt) + graceMs
}
