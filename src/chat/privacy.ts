/**
 * Who hears and sees what in a room. An engine asks here for each of the two people before it tells or answers anything,
 * and an engine in another language can be checked against this file. Which connections have a room open is known to the
 * server alone: it asks `hearsOpening`.
 */
import type { UserId } from './engine.js'

/** One of a room's two people: the facts that decide what they hear, and what the other may know of them. */
export interface Standing {
  /** Whether the room is shown to them: they have entered it, or the other has written to them. */
  readonly isShown: boolean
  /** Whether they have opened or read the room, written in it or seen a message. */
  readonly hasEntered: boolean
  /** Whether they have blocked the other. */
  readonly hasBlocked: boolean
  readonly sendsReceipts: boolean
  readonly sendsTyping: boolean
}

/** Whether the room exists for a person: to those who have blocked the other it answers `not_found`. */
export function mayUse({ hasBlocked }: Pick<Standing, 'hasBlocked'>): boolean {
  return !hasBlocked
}

/** Whether a person may open a room with the other: whoever has blocked them is refused with `blocked`. */
export function mayOpen({ hasBlocked }: Pick<Standing, 'hasBlocked'>): boolean {
  return !hasBlocked
}

/**
 * Whether someone who has the room open hears that someone opens or closes it. Only for those who may use the room does a
 * connection have it open: from when it has read the room until a block ends it.
 */
export function hearsOpening(userId: UserId, openerId: UserId): boolean {
  return userId !== openerId
}

/** Whether a person has the room in their list, and hears what happens in it. */
export function hearsOf({ isShown, hasBlocked }: Standing): boolean {
  return isShown && !hasBlocked
}

/** Whether a person hears that messages or the room are gone: a page from before their block may show them still. */
export function hearsOfEnds({ isShown }: Standing): boolean {
  return isShown
}

/** Whether a person is told why the room ended, then and afterwards. */
export function knowsWhyEnded(person: Standing): boolean {
  return hearsOf(person)
}

/** Whether a new message is held: its sender alone may know of it, then and later. */
export function isHeldFrom(recipient: Standing): boolean {
  return recipient.hasBlocked
}

/** Whether a person may know of a message, and of anything that happens to it. */
export function mayKnowOf<Person>(person: Person, sender: Person, isHeld: boolean): boolean {
  return !isHeld || sender === person
}

/**
 * Whether the sender of a message that vanished unseen is told so: only while the other sends receipts. To someone whom
 * they have blocked, the other goes on as at the block.
 */
export function hearsOfUnseenEnd(recipient: { readonly shownSendsReceipts: boolean }): boolean {
  return recipient.shownSendsReceipts
}

/** Whether a person may see the presence of the other. */
export function seesPresence(person: Standing, other: Standing): boolean {
  return hearsOf(person) && other.hasEntered
}

/** Whether a person hears that the other comes or goes. To the blocked, the other stays as they were at the block. */
export function hearsPresence(person: Standing, other: Standing): boolean {
  return seesPresence(person, other) && !other.hasBlocked
}

/** What the other is shown of a person: to someone whom they have blocked, what was so at the block. */
export function shownTo<What>(now: What, atBlock: What | undefined): What {
  return atBlock ?? now
}

/** Whether a person hears that the other types. */
export function hearsTyping(person: Standing, typist: Standing): boolean {
  return hearsOf(person) && typist.hasEntered && typist.sendsTyping
}

/** Whether the other sees how far a person has got. Without receipts they still see the last ones that were sent. */
export function showsReceipts({ sendsReceipts }: Pick<Standing, 'sendsReceipts'>): boolean {
  return sendsReceipts
}

/**
 * Whether lives may be counted from being seen: such a life shows when a message was seen, which is for those alone who both
 * send receipts. What the other is shown of either counts, so that nobody learns of a block by it.
 */
export function mayLiveFromSeen(people: readonly { readonly shownSendsReceipts: boolean }[]): boolean {
  return people.every(({ shownSendsReceipts }) => shownSendsReceipts)
}
