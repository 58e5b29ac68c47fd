import {
  type Message,
  mostWindow,
  type RoomView,
  type SeqRange,
  usualWindow,
  type WindowAsk,
} from '#src/chat/engine.js'
import { firstUnread } from './counts.js'
import type { Entry } from './message-store.js'
import type { Member } from './model.js'
import { messageFor } from './quotes.js'

/** Bytes of text after which a window ends, so that what is made of it is bounded however long messages may be. */
const mostTextBytes = 1_048_576
const mostRanges = 500

type Window = Pick<RoomView, 'messages' | 'previous' | 'later' | 'survivors' | 'newestSeq' | 'timeline'>
type Direction = 'before' | 'after'

/** Cuts the window that is asked for out of the messages of a room that someone may know of. */
export function cutWindow(member: Member, ask: WindowAsk): Window {
  const { room, side } = member
  const newestSeq = room.messages.before(room.lastSeq + 1, side)
  const page = ask.of === 'page' ? cutPage(member, newestSeq, ask) : null
  const entries = page?.entries ?? cutEntries(member, newestSeq, ask)
  const [first, last] = [entries[0], entries.at(-1)]
  const previousSeq = room.messages.before(first?.message.seq ?? startOf(ask), side)
  const later = room.messages.countAfter(last?.message.seq ?? endOf(ask), side)
  const endSeq = later === 0 ? Number.POSITIVE_INFINITY : (last?.message.seq ?? 0)
  return {
    messages: entries.map(entry => messageFor(member, entry)),
    previous: room.messages.read(previousSeq)?.message ?? null,
    later,
    // An event belongs to the message after it, so that it stands in one window alone.
    timeline: room.timeline.knownTo(member.id).filter(({ afterSeq }) => afterSeq >= previousSeq && afterSeq < endSeq),
    survivors: page?.survivors ?? null,
    newestSeq,
  }
}

function cutEntries(member: Member, newestSeq: number, ask: WindowAsk): Entry[] {
  const { room, side } = member
  switch (ask.of) {
    case 'newest':
      return take(newestSeq, 'before', member, ask.limit)
    case 'before':
      return take(room.messages.before(ask.seq, side), 'before', member, ask.limit)
    case 'after':
      return take(room.messages.after(ask.seq, side), 'after', member, ask.limit)
    case 'page':
    case 'visit': {
      const entries = take(newestSeq, 'before', member, usualWindow)
      const start = firstUnread(member)
      const isAllThere = start === 0 || start >= (entries[0]?.message.seq ?? 0)
      return isAllThere ? entries : take(start, 'after', member, mostWindow)
    }
  }
}

/** Null when more came than can be given beside what the page shows already. */
function cutPage(
  member: Member,
  newestSeq: number,
  { from, to, isOpenEnded }: SeqRange & { isOpenEnded: boolean },
): { entries: Entry[]; survivors: readonly SeqRange[] } | null {
  const { messages } = member.room
  const end = isOpenEnded ? newestSeq : messages.before(to + 1, member.side)
  const entries = take(end, 'before', member, mostWindow).filter(({ message }) => message.seq >= from)
  const previous = messages.before(entries[0]?.message.seq ?? from, member.side)
  if (entries.length > 0 && previous > to) return null
  return { entries, survivors: messages.rangesUpTo(previous, member.side, mostRanges) }
}

/** Up to `limit` messages that the person may see, in their order, from the one with the `seq` `start` on in one direction. */
function take(start: number, direction: Direction, { room: { messages }, side }: Member, limit: number): Entry[] {
  const entries: Entry[] = []
  let bytes = 0
  for (
    let entry = messages.read(start);
    entry !== undefined && entries.length < limit;
    entry = messages.read(messages[direction](entry.message.seq, side))
  ) {
    bytes += textBytes(entry.message)
    if (bytes > mostTextBytes && entries.length > 0) break
    entries.push(entry)
  }
  return direction === 'before' ? entries.reverse() : entries
}

function textBytes({ text, image }: Message): number {
  return Buffer.byteLength(text) + Buffer.byteLength(image?.alt ?? '')
}

/** The start of an empty window. */
function startOf(ask: WindowAsk): number {
  if (ask.of === 'after') return ask.seq + 1
  return ask.of === 'page' ? ask.from : 0
}

/** The end of an empty window. */
function endOf(ask: WindowAsk): number {
  if (ask.of === 'before') return ask.seq - 1
  return ask.of === 'page' && !ask.isOpenEnded ? ask.to : Number.POSITIVE_INFINITY
}
