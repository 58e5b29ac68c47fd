import type { Message, RoomView, SeqRange, WindowAsk } from '#src/chat/engine.js'
import type { Entry, MessageList } from './message-list.js'
import type { Seat } from './seat.js'

/** What a visit shows of the newest messages, and at most when it begins at the first unread one. */
const VISIT = 100
const MOST = 200
/** Bytes of text after which a window ends: however long messages may be, what is made of them has a bound. */
const MOST_TEXT_BYTES = 1_048_576

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
    previous: visible(first?.previous ?? null, 'previous', seat)?.message ?? null,
    later: last === undefined ? 0 : countAfter(last, seat),
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
      const entries = take(newest, 'previous', seat, VISIT)
      const { firstUnread } = seat
      const isAllThere = firstUnread === null || firstUnread.message.seq >= (entries[0]?.message.seq ?? 0)
      return isAllThere ? entries : take(firstUnread, 'next', seat, MOST)
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
  const entries = take(end, 'previous', seat, MOST).filter(({ message }) => message.seq >= from)
  const [first] = entries
  if (first === undefined) return { entries, standing: [] }
  const before = visible(first.previous, 'previous', seat)
  if (before !== null && before.message.seq > to) return null
  return { entries, standing: rangesBetween(from, before, seat) }
}

/** Whole ranges: a held message in between is one that the person never had. */
function rangesBetween(from: number, last: Entry | null, seat: Seat): SeqRange[] {
  const ranges: { from: number; to: number }[] = []
  for (
    let entry = last;
    entry !== null && entry.message.seq >= from;
    entry = visible(entry.previous, 'previous', seat)
  ) {
    const { seq } = entry.message
    const range = ranges.at(-1)
    if (range?.from === seq + 1) range.from = seq
    else ranges.push({ from: seq, to: seq })
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
    if (bytes > MOST_TEXT_BYTES && entries.length > 0) break
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

function countAfter(last: Entry, seat: Seat): number {
  let count = 0
  for (let entry = visible(last.next, 'next', seat); entry !== null; entry = visible(entry.next, 'next', seat))
    count += 1
  return count
}
