import { type CursorKind, type Cursors, messageStatusOf } from '#src/chat/engine.js'
import { showsReceipts } from '#src/chat/privacy.js'
import { countUnread, isFromOther } from './counts.js'
import type { Entry } from './message-store.js'
import type { Member } from './model.js'
import { letGoOfCounts } from './vanished.js'

/** A cursor that has moved. */
export interface CursorMove {
  /** What the other sees of it; null when they see nothing. */
  readonly shown: { readonly before: Cursors; readonly after: Cursors; readonly entries: readonly Entry[] } | null
}

/**
 * Moves someone's cursor up to a living message; null when it does not move. `entries` are the messages of the other's
 * whose status changes by it, the held ones included: to their sender a receipt covers all before it, as without a block.
 */
export function moveCursor(member: Member, kind: CursorKind, entry: Entry): CursorMove | null {
  const { seq } = entry.message
  if (!isFromOther(member, entry) || seq <= member.cursors[kind]) return null
  const before = member.shownCursors
  const wasBehind = before !== member.cursors
  const passed = pass(member, kind, entry)
  if (!showsReceipts(member)) return { shown: null }
  const after = member.cursors
  member.shownCursors = after
  const hasChanged = ({ message }: Entry) => messageStatusOf(message, before) !== messageStatusOf(message, after)
  const entries = wasBehind ? upTo(member, before.seen, entry).filter(hasChanged) : passed
  return { shown: { before, after, entries } }
}

/** Messages of the other's by which a cursor has moved on. */
function pass(member: Member, kind: CursorKind, entry: Entry): readonly Entry[] {
  const { cursors } = member
  const { seq } = entry.message
  const passed = upTo(member, cursors[kind], entry)
  member.cursors = { delivered: Math.max(cursors.delivered, seq), seen: kind === 'seen' ? seq : cursors.seen }
  if (kind === 'delivered') return passed
  letGoOfCounts(member)
  countUnread(member, -passed.filter(each => isFromOther(member, each)).length)
  return passed
}

/** The other's messages after a `seq`, up to one of theirs. */
function upTo({ room, other }: Member, seq: number, last: Entry): readonly Entry[] {
  const entries = room.messages.sentBetween(other.id, seq + 1, last.message.seq - 1)
  entries.push(last)
  return entries
}
