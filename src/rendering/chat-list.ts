// Long because all that an item of the list shows, and how one is told from another, is worked out here.
import type { Clock } from '../chat/clock.js'
import { type Ending, type Message, type RoomId, type RoomSummary, sides } from '../chat/engine.js'
import { cutText, firstCharacterOf } from '../text-parts.js'
import { wordsOf } from './message-view.js'
import { renderPartial, renderPrepared, type ViewContext, type Viewer } from './renderer.js'
import { isolateLines, type Translate } from './sentences.js'

/** What an item of the list of chats shows beside the room's summary. */
export interface ChatItemContext {
  readonly name: string
  readonly isTyping: boolean
  /** The room that the page shows; its item is marked as the current one. */
  readonly currentRoomId: string | null
  /** Found by its name: it stands beside the list, which holds the room's live item. */
  readonly isFound?: boolean
  readonly clock: Clock
}

/** Beyond it a number of unread messages is not shown exactly. */
const mostUnreadShown = 99

/** A number of unread messages as people read it; '' for none. */
export function unreadText(unread: number): string {
  if (unread === 0) return ''
  return unread > mostUnreadShown ? `${mostUnreadShown}+` : String(unread)
}

const previewLength = 120

/** The last message in a line, and what stands before it, in whose direction it has no say. */
function previewOf(
  summary: RoomSummary,
  viewer: Viewer,
  t: Translate,
  currentRoomId: string | null,
): { before: string; text: string } {
  const last = summary.lastMessage
  if (!last) {
    const count = newsOf(summary, currentRoomId)
    return { before: '', text: count > 0 ? t('chats.vanished', { count }) : t('chats.noMessages') }
  }
  const text = cutText(wordsOf(last, t), previewLength)
  return {
    before: last.senderId === viewer.userId ? t('chats.mine', { text: '' }).trim() : '',
    // One line alone decides the direction of the whole by its element.
    text: text.includes('\n') ? isolateLines(text) : text,
  }
}

/**
 * What an item of the list of chats shows, part by part, to tell what has changed on a page. Holds no word of a message, only
 * which one it is; and a page keeps it only until the item shows another.
 */
export class ItemFacts {
  /** @param said which message the line shows, that the other types, or how much vanished unseen */
  constructor(
    private readonly roomId: RoomId,
    private readonly name: string,
    private readonly isOnline: boolean,
    private readonly isCurrent: boolean,
    private readonly said: string | number,
    private readonly goneAt: number | null,
    readonly time: string,
    readonly unread: string,
  ) {}

  /** What the line shows, and when its message goes. */
  get line(): string {
    return `${this.said} ${this.goneAt ?? ''}`
  }

  get rest(): string {
    return `${this.roomId} ${this.name} ${this.isOnline} ${this.isCurrent}`
  }

  /** The same with another number of unread messages. */
  withUnread(unread: string): ItemFacts {
    const { roomId, name, isOnline, isCurrent, said, goneAt, time } = this
    return new ItemFacts(roomId, name, isOnline, isCurrent, said, goneAt, time, unread)
  }

  /** Whether the line is that of other facts. Nothing is put together for that: most events change nothing of an item. */
  hasLineOf({ said, goneAt }: ItemFacts): boolean {
    return this.said === said && this.goneAt === goneAt
  }

  /** Whether all is that of other facts but the line, the time and the number of unread messages. */
  hasRestOf({ roomId, name, isOnline, isCurrent }: ItemFacts): boolean {
    return this.roomId === roomId && this.name === name && this.isOnline === isOnline && this.isCurrent === isCurrent
  }

  /** Whether all is that of other facts. */
  isLike(other: ItemFacts): boolean {
    return this.time === other.time && this.unread === other.unread && this.hasLineOf(other) && this.hasRestOf(other)
  }
}

/** What an item shows, part by part. */
export function factsOf(summary: RoomSummary, context: ViewContext, item: ChatItemContext): ItemFacts {
  const { id, lastMessage, presence, unread } = summary
  return new ItemFacts(
    id,
    item.name,
    presence?.isOnline ?? false,
    id === item.currentRoomId,
    item.isTyping ? 'typing' : (lastMessage?.id ?? newsOf(summary, item.currentRoomId)),
    lastMessage?.expiresAt ?? null,
    timeOf(lastMessage, context, item.clock),
    unreadText(unread),
  )
}

function timeOf(last: Message | null, { times }: ViewContext, clock: Clock): string {
  return last ? times.hour(clock.wallTimeOf(last.sentAt), { near: clock.wallTimeOf(clock.now()) }) : ''
}

/** What the template partials/chat-line needs. `remainingMs` counts from now. */
interface LineView {
  readonly roomId: string
  readonly isTyping: boolean
  readonly preview: { readonly before: string; readonly text: string }
  readonly remainingMs: number | null
}

/** All that the template of an item is rendered with. */
interface ItemData extends LineView, ViewContext {
  readonly isFound: boolean
  readonly otherId: string
  readonly name: string
  readonly initial: string
  readonly tint: number
  readonly isOnline: boolean
  readonly isCurrent: boolean
  readonly unread: string
  readonly time: string
  /** Whether the line alone is sent. */
  readonly isPushed: boolean
}

function viewLine(
  summary: RoomSummary,
  viewer: Viewer,
  { t }: ViewContext,
  { clock, isTyping, currentRoomId }: ChatItemContext,
): LineView {
  const { lastMessage } = summary
  return {
    roomId: summary.id,
    isTyping,
    preview: previewOf(summary, viewer, t, currentRoomId),
    remainingMs: lastMessage && Math.max(0, lastMessage.expiresAt - clock.now()),
  }
}

/** How much vanished before it was seen that this person has not been shown. The chat's own page says it itself. */
function newsOf({ id, vanished }: RoomSummary, currentRoomId: string | null): number {
  if (id === currentRoomId) return 0
  return sides.map(whose => vanished[whose].total - vanished[whose].shown).find(count => count > 0) ?? 0
}

/** Renders an item of the list of chats. */
export function renderChatItem(
  summary: RoomSummary,
  viewer: Viewer,
  context: ViewContext,
  item: ChatItemContext,
): string {
  const { roomId, isTyping, preview, remainingMs } = viewLine(summary, viewer, context, item)
  const { t, times, language, direction, segmentText, assetUrl } = context
  // All of it is written out in one object, as for a message: to copy one into another takes longer than to render it.
  const data: ItemData = {
    isFound: item.isFound ?? false,
    otherId: summary.otherId,
    name: item.name,
    initial: initialOf(item.name),
    tint: tintOf(summary.otherId),
    isOnline: summary.presence?.isOnline ?? false,
    isCurrent: summary.id === item.currentRoomId,
    unread: unreadText(summary.unread),
    time: timeOf(summary.lastMessage, context, item.clock),
    roomId,
    isTyping,
    preview,
    remainingMs,
    isPushed: false,
    t,
    times,
    language,
    direction,
    segmentText,
    assetUrl,
  }
  return renderPrepared('chat-item', data)
}

/** Renders the line of an item that shows the last message, as a fragment that takes its place. */
export function renderChatLine(
  summary: RoomSummary,
  viewer: Viewer,
  context: ViewContext,
  item: ChatItemContext,
): string {
  const pushed = { isFound: false, isPushed: true }
  return renderPartial('chat-line', context, Object.assign(pushed, viewLine(summary, viewer, context, item)))
}

/** The messages of the other's that this list shows and that are not delivered yet: the page that shows it says so. */
export function undeliveredIn(summaries: readonly RoomSummary[]): Message[] {
  return summaries.flatMap(({ lastMessage, otherId, mine }) =>
    lastMessage?.senderId === otherId && lastMessage.seq > mine.delivered ? [lastMessage] : [],
  )
}

/** Mixes numbers into one below 2^53 (cyrb53). It guards nothing: a page learns from it only whether its list is the newest. */
class Mix {
  #high = 0xdeadbeef
  #low = 0x41c6ce57

  add(unit: number): void {
    this.#high = Math.imul(this.#high ^ unit, 2654435761)
    this.#low = Math.imul(this.#low ^ unit, 1597334677)
  }

  get value(): number {
    const [high, low] = [this.#high, this.#low]
    const mixed = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
    const other = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(mixed ^ (mixed >>> 13), 3266489909)
    return 4294967296 * (2097151 & other) + (mixed >>> 0)
  }
}

function hashText(text: string): number {
  const mix = new Mix()
  for (let at = 0; at < text.length; at += 1) mix.add(text.charCodeAt(at))
  return mix.value
}

/** A number for what an item shows. */
export function hashItem({ line, time, unread, rest }: ItemFacts): number {
  return hashText(`${line}\n${time}\n${unread}\n${rest}`)
}

/** A number for the chats that ended lately, as a list shows them; 0 for none. */
export function hashEndings(endings: readonly Ending[]): number {
  return endings.length === 0
    ? 0
    : hashText(endings.map(({ roomId, expiresAt }) => `${roomId} ${expiresAt}`).join('\n'))
}

/**
 * A digest of a list of chats, for an address, from the numbers of its items and of the chats that ended lately. A page that
 * has the same one needs no catch-up.
 */
export function digestOf(items: Iterable<number>, endings: number): string {
  const mix = new Mix()
  for (const hash of items) {
    mix.add(hash >>> 0)
    mix.add(hash / 4294967296)
  }
  mix.add(endings >>> 0)
  mix.add(endings / 4294967296)
  return mix.value.toString(36).slice(-8)
}

/** The first letter of a name, shown in place of a picture. */
export function initialOf(name: string): string {
  return firstCharacterOf(name).toUpperCase()
}

/** The number of one of six colours for a person. It carries no meaning. */
export function tintOf(userId: string): number {
  let sum = 0
  for (const letter of userId) sum = (sum * 31 + letter.charCodeAt(0)) % 997
  return sum % 6
}
