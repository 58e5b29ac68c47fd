import {
  type Message,
  mostWindow,
  type RoomView,
  type SeqRange,
  usualWindow,
  type WindowAsk,
} from '#src/chat/engine.js'
import { firstUnread, knowsOf, newestFor } from './counts.js'
import type { Entry } from './message-list.js'
import type { Member } from './model.js'
import { messageFor } from './quotes.js'

/** Bytes of text after which a window ends, so that what is made of it is bounded however long messages may be. */
const mostTextBytes = 1_048_576
const mostRanges = 500

type Window = Pick<RoomView, 'messages' | 'previous' | 'later' | 'survivors' | 'newestSeq' | 'timeline'>
type Direction = 'previous' | 'next'

/** Cuts the window that is asked for out of the messages of a room that someone may know of. */
export function cutWindow(member: Member, ask: WindowAsk): Window {
  const newest = newestFor(member)
  const page = ask.of === 'page' ? cutPage(newest, member, ask) : null
  const entries = page?.entries ?? cutEntries(newest, member, ask)
  const [first, last] = [entries[0], entries.at(-1)]
  const previous = before(first, newest, member, startOf(ask))?.message ?? null
  const later = countAfter(newest, member, last?.message.seq ?? endOf(ask))
  const endSeq = later === 0 ? Number.POSITIVE_INFINITY : (last?.message.seq ?? 0)
  return {
    messages: entries.map(entry => messageFor(member, entry)),
    previous,
    later,
    // An event belongs to the message after it, so that it stands in one window alone.
    timeline: member.room.timeline
      .knownTo(member.id)
      .filter(({ afterSeq }) => afterSeq >= (previous?.seq ?? 0) && afterSeq < endSeq),
    survivors: page?.survivors ?? null,
    newestSeq: newest?.message.seq ?? 0,
  }
}

function cutEntries(newest: Entry | null, member: Member, ask: WindowAsk): Entry[] {
  switch (ask.of) {
    case 'newest':
      return take(newest, 'previous', member, ask.limit)
    case 'before':
      return take(
        find(newest, member, ({ seq }) => seq < ask.seq),
        'previous',
        member,
        ask.limit,
      )
    case 'after':
      return take(firstAfter(newest, member, ask.seq), 'next', member, ask.limit)
    case 'page':
    case 'visit': {
      const entries = take(newest, 'previous', member, usualWindow)
      const start = firstUnread(member)
      const isAllThere = start === null || start.message.seq >= (entries[0]?.message.seq ?? 0)
      return isAllThere ? entries : take(start, 'next', member, mostWindow)
    }
  }
}

/** Null when more came than can be given beside what the page shows already. */
function cutPage(
  newest: Entry | null,
  member: Member,
  { from, to, isOpenEnded }: SeqRange & { isOpenEnded: boolean },
): { entries: Entry[]; survivors: SeqRange[] } | null {
  const end = isOpenEnded ? newest : find(newest, member, ({ seq }) => seq <= to)
  const entries = take(end, 'previous', member, mostWindow).filter(({ message }) => message.seq >= from)
  const [first] = entries
  const previous = before(first, newest, member, from)
  if (first !== undefined && previous !== null && previous.message.seq > to) return null
  return { entries, survivors: rangesUpTo(previous, member) }
}

/** The message before the first of a window; where the window holds none, the last of those before its start. */
function before(first: Entry | undefined, newest: Entry | null, member: Member, start: number): Entry | null {
  if (first !== undefined) return visible(first.previous, 'previous', member)
  return find(newest, member, ({ seq }) => seq < start)
}

/** Held messages break no range: to this person they never were. */
function rangesUpTo(last: Entry | null, member: Member): SeqRange[] {
  const ranges: { from: number; to: number }[] = []
  let next = 0
  for (let entry = last; entry !== null; entry = entry.previous) {
    const { seq } = entry.message
    const range = ranges.at(-1)
    if (range && seq + 1 === next) range.from = seq
    else if (!knowsOf(member, entry)) continue
    else if (ranges.length === mostRanges) break
    else ranges.push({ from: seq, to: seq })
    next = seq
  }
  return ranges.reverse()
}

/** Up to `limit` messages that the person may see, in their order, from `start` on in one direction. */
function take(start: Entry | null, direction: Direction, member: Member, limit: number): Entry[] {
  const entries: Entry[] = []
  let bytes = 0
  for (
    let entry = start;
    entry !== null && entries.length < limit;
    entry = visible(entry[direction], direction, member)
  ) {
    bytes += textBytes(entry.message)
    if (bytes > mostTextBytes && entries.length > 0) break
    entries.push(entry)
  }
  return direction === 'previous' ? entries.reverse() : entries
}

function textBytes({ text, image }: Message): number {
  return Buffer.byteLength(text) + Buffer.byteLength(image?.alt ?? '')
}

/** The first message from `start` on, in one direction, that the person may see. */
function visible(start: Entry | null, direction: Direction, member: Member): Entry | null {
  let entry = start
  while (entry !== null && !knowsOf(member, entry)) entry = entry[direction]
  return entry
}

/** The newest message up to `newest` that matches; null if none does. */
function find(newest: Entry | null, member: Member, isWanted: (message: Message) => boolean): Entry | null {
  let entry = newest
  while (entry !== null && !isWanted(entry.message)) entry = visible(entry.previous, 'previous', member)
  return entry
}

function firstAfter(newest: Entry | null, member: Member, seq: number): Entry | null {
  let found: Entry | null = null
  for (
    let entry = newest;
    entry !== null && entry.message.seq > seq;
    entry = visible(entry.previous, 'previous', member)
  ) {
    found = entry
  }
  return found
}

function countAfter(newest: Entry | null, member: Member, seq: number): number {
  let count = 0
  for (
    let entry = newest;
    entry !== null && entry.message.seq > seq;
    entry = visible(entry.previous, 'previous', member)
  ) {
    count += 1
  }
  return count
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
