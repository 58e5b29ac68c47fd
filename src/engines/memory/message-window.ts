import {
  type Message,
  mostWindow,
  type RoomView,
  type SeqRange,
  usualWindow,
  type WindowAsk,
} from '#src/chat/engine.js'
import type { Entry, MessageList } from './message-list.js'
import type { Seat } from './seat.js'

/** Bytes of text after which a window ends: however long messages may be, what is made of them has a bound. */
const mostTextBytes = 1_048_576
const mostRanges = 500

type Window = Pick<RoomView, 'messages' | 'previous' | 'later' | 'standing' | 'newestSeq'>
type Direction = 'previous' | 'next'

/** Cuts the window that is asked for out of a room's messages, as the person of `seat` may see them. */
export function cutWindow(messages: MessageList, seat: Seat, ask: WindowAsk): Window {
  const newest = visible(messages.last, 'previous', seat)
  const page = ask.of === 'page' ? cutPage(newest, seat, ask) : null
  const entries = page?.entries ?? cutEntries(newest, seat, ask)
  const [first, last] = [entries[0], entries.at(-1)]
  return {
    messages: entries.map(({ message }) => message),
    previous: before(first, newest, seat, startOf(ask))?.message ?? null,
    later: countAfter(newest, seat, last?.message.seq ?? endOf(ask)),
    standing: page?.standing ?? null,
    newestSeq: newest?.message.seq ?? 0,
  }
}

function cutEntries(newest: Entry | null, seat: Seat, ask: WindowAsk): Entry[] {
  switch (ask.of) {
    case 'newest':
      return take(newest, 'previous', seat, ask.limit)
    case 'before':
      return take(
        find(newest, seat, ({ seq }) => seq < ask.seq),
        'previous',
        seat,
        ask.limit,
      )
    case 'after':
      return take(firstAfter(newest, seat, ask.seq), 'next', seat, ask.limit)
    case 'page':
    case 'visit': {
      const entries = take(newest, 'previous', seat, usualWindow)
      const { firstUnread } = seat
      const isAllThere = firstUnread === null || firstUnread.message.seq >= (entries[0]?.message.seq ?? 0)
      return isAllThere ? entries : take(firstUnread, 'next', seat, mostWindow)
    }
  }
}

/** Null when more came than can be given beside what the page shows already. */
function cutPage(
  newest: Entry | null,
  seat: Seat,
  { from, to, isOpenEnded }: SeqRange & { isOpenEnded: boolean },
): { entries: Entry[]; standing: SeqRange[] } | null {
  const end = isOpenEnded ? newest : find(newest, seat, ({ seq }) => seq <= to)
  const entries = take(end, 'previous', seat, mostWindow).filter(({ message }) => message.seq >= from)
  const [first] = entries
  const previous = before(first, newest, seat, from)
  if (first !== undefined && previous !== null && previous.message.seq > to) return null
  return { entries, standing: rangesUpTo(previous, seat) }
}

/** The message before the first of a window; where the window holds none, the last of those before its start. */
function before(first: Entry | undefined, newest: Entry | null, seat: Seat, start: number): Entry | null {
  if (first !== undefined) return visible(first.previous, 'previous', seat)
  return find(newest, seat, ({ seq }) => seq < start)
}

/** Held messages break no range: to this person they never were. */
function rangesUpTo(last: Entry | null, seat: Seat): SeqRange[] {
  const ranges: { from: number; to: number }[] = []
  let next = 0
  for (let entry = last; entry !== null; entry = entry.previous) {
    const { seq } = entry.message
    const range = ranges.at(-1)
    if (range && seq + 1 === next) range.from = seq
    else if (!seat.sees(entry)) continue
    else if (ranges.length === mostRanges) break
    else ranges.push({ from: seq, to: seq })
    next = seq
  }
  return ranges.reverse()
}

/** Up to `limit` messages that the person may see, in their order, from `start` on in one direction. */
function take(start: Entry | null, direction: Direction, seat: Seat, limit: number): Entry[] {
  const entries: Entry[] = []
  let bytes = 0
  for (
    let entry = start;
    entry !== null && entries.length < limit;
    entry = visible(entry[direction], direction, seat)
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
function visible(start: Entry | null, direction: Direction, seat: Seat): Entry | null {
  let entry = start
  while (entry !== null && !seat.sees(entry)) entry = entry[direction]
  return entry
}

/** The newest of those before `newest` that is as wanted. */
function find(newest: Entry | null, seat: Seat, isWanted: (message: Message) => boolean): Entry | null {
  let entry = newest
  while (entry !== null && !isWanted(entry.message)) entry = visible(entry.previous, 'previous', seat)
  return entry
}

function firstAfter(newest: Entry | null, seat: Seat, seq: number): Entry | null {
  let found: Entry | null = null
  for (
    let entry = newest;
    entry !== null && entry.message.seq > seq;
    entry = visible(entry.previous, 'previous', seat)
  ) {
    found = entry
  }
  return found
}

function countAfter(newest: Entry | null, seat: Seat, seq: number): number {
  let count = 0
  for (
    let entry = newest;
    entry !== null && entry.message.seq > seq;
    entry = visible(entry.previous, 'previous', seat)
  ) {
    count += 1
  }
  return count
}

/** Where a window starts in which nothing lives. */
function startOf(ask: WindowAsk): number {
  if (ask.of === 'after') return ask.seq + 1
  return ask.of === 'page' ? ask.from : 0
}

/** Where a window ends in which nothing lives. */
function endOf(ask: WindowAsk): number {
  if (ask.of === 'before') return ask.seq - 1
  return ask.of === 'page' && !ask.isOpenEnded ? ask.to : Number.POSITIVE_INFINITY
}
