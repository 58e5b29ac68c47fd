import { createHash } from 'node:crypto'
import type { Clock } from '../chat/clock.js'
import type { Message, RoomSummary } from '../chat/engine.js'
import { messageStatusOf, sides } from '../chat/engine.js'
import { cutText, firstCharacterOf } from '../text-parts.js'
import { wordsOf } from './message-view.js'
import { renderPartial, type ViewContext, type Viewer } from './renderer.js'
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
  { currentRoomId }: Pick<ChatItemContext, 'currentRoomId'>,
): { before: string; text: string } {
  const last = summary.lastMessage
  // Beside the page of the chat, which says itself what vanished, the list need not.
  if (!last) return { before: '', text: (summary.id !== currentRoomId && newsOf(summary, t)) || t('chats.noMessages') }
  const text = cutText(wordsOf(last, t), previewLength)
  return {
    before: last.senderId === viewer.userId ? t('chats.mine', { text: '' }).trim() : '',
    // One line alone decides the direction of the whole by its element.
    text: text.includes('\n') ? isolateLines(text) : text,
  }
}

/** What vanished before it was seen and this person has not been shown yet; '' if there is nothing. */
function newsOf({ vanished }: RoomSummary, t: Translate): string {
  for (const whose of sides) {
    const count = vanished[whose].total - vanished[whose].shown
    if (count > 0) return t('chats.vanished', { count })
  }
  return ''
}

/** Renders an item of the list of chats. */
export function renderChatItem(
  summary: RoomSummary,
  viewer: Viewer,
  context: ViewContext,
  item: ChatItemContext,
): string {
  const last = summary.lastMessage
  const { clock, isFound = false } = item
  const now = clock.now()
  return renderPartial('chat-item', context, {
    roomId: summary.id,
    isFound,
    otherId: summary.otherId,
    name: item.name,
    initial: initialOf(item.name),
    tint: tintOf(summary.otherId),
    isOnline: summary.presence?.isOnline ?? false,
    isTyping: item.isTyping,
    isCurrent: summary.id === item.currentRoomId,
    unread: unreadText(summary.unread),
    preview: previewOf(summary, viewer, context.t, item),
    remainingMs: last && Math.max(0, last.expiresAt - now),
    time: last ? context.times.hour(clock.wallTimeOf(last.sentAt), { near: clock.wallTimeOf(now) }) : '',
    status: last?.senderId === viewer.userId ? messageStatusOf(last, summary.theirs) : null,
  })
}

/** The messages of the other's that this list shows and that are not delivered yet: the page that shows it says so. */
export function undeliveredIn(summaries: readonly RoomSummary[]): Message[] {
  return summaries.flatMap(({ lastMessage, otherId, mine }) =>
    lastMessage?.senderId === otherId && lastMessage.seq > mine.delivered ? [lastMessage] : [],
  )
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 12)

/** A short hash of what items show, without the time that remains to them, which changes all the time. */
export function hashItem(html: string): string {
  return hash(html.replaceAll(/ data-remaining="\d*"/g, ''))
}

/** A short hash of a list of chats, from its items' hashes. A page that has the same one needs no catch-up. */
export function digestOf(itemHashes: Iterable<string>): string {
  return hash([...itemHashes].join(' '))
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
