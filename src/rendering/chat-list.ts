import { createHash } from 'node:crypto'
import type { Clock } from '../chat/clock.js'
import type { Presence, RoomSummary } from '../chat/engine.js'
import { statusOf } from '../chat/engine.js'
import { wordsOf } from './message-view.js'
import { renderPartial, type ViewContext, type Viewer } from './renderer.js'
import type { Translate } from './sentences.js'

/** Data beside the summary that a line of the list of chats shows. */
export interface ChatLineContext {
  readonly name: string
  readonly presence: Presence | null
  readonly isTyping: boolean
  /** The room that the page shows, marked as the current one. */
  readonly currentRoomId: string | null
  readonly clock: Clock
}

const previewLength = 120

function previewOf(summary: RoomSummary, viewer: Viewer, t: Translate): string {
  const last = summary.lastMessage
  if (!last) return t('chats.noMessages')
  const text = wordsOf(last, t).slice(0, previewLength)
  return last.senderId === viewer.userId ? t('chats.mine', { text }) : text
}

/** One line of the list of chats, as HTML. */
export function renderChatItem(
  summary: RoomSummary,
  viewer: Viewer,
  context: ViewContext,
  line: ChatLineContext,
): string {
  const last = summary.lastMessage
  const { clock } = line
  const now = clock.now()
  return renderPartial('chat-line', context, {
    roomId: summary.id,
    otherId: summary.otherId,
    name: line.name,
    initial: initialOf(line.name),
    tint: tintOf(summary.otherId),
    isOnline: line.presence?.isOnline ?? false,
    isTyping: line.isTyping,
    isCurrent: summary.id === line.currentRoomId,
    unread: summary.unread,
    preview: previewOf(summary, viewer, context.t),
    remainingMs: last && Math.max(0, last.expiresAt - now),
    time: last ? context.times.hour(clock.wallTimeOf(last.sentAt), { near: clock.wallTimeOf(now) }) : '',
    status: last?.senderId === viewer.userId ? statusOf(last, summary.theirs) : null,
    // An unseen message of the other's that reached this list is delivered: the line itself reports it.
    reportsId: summary.unread > 0 && last && last.senderId !== viewer.userId ? last.id : null,
  })
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 12)

/** What a line shows, short. What remains of its message is left out: it is another at every moment. */
export function hashItem(html: string): string {
  return hash(html.replace(/ data-remaining="\d*"/, ''))
}

/** What a list of chats shows, short, from the hashes of its lines: a page that shows the same needs no catching up. */
export function digestOf(lineHashes: Iterable<string>): string {
  return hash([...lineHashes].join(' '))
}

/** The letter shown for a person. */
export function initialOf(name: string): string {
  return [...name][0]?.toUpperCase() ?? ''
}

/** One of six soft colours for a person; it carries no meaning. */
export function tintOf(userId: string): number {
  let sum = 0
  for (const letter of userId) sum = (sum * 31 + letter.charCodeAt(0)) % 997
  return sum % 6
}
