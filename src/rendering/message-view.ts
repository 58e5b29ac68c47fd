import type { Clock, WallTimes } from '../chat/clock.js'
import { type Cursors, type ImageRef, type Message, type MessageStatus, messageStatusOf } from '../chat/engine.js'
import { isLong } from '../picture-size.js'
import type { ViewContext } from './renderer.js'
import type { Translate } from './sentences.js'

/** What the template partials/picture needs. Width and height in pixels. */
export interface ImageView {
  readonly url: string
  readonly stillUrl: string
  readonly width: number
  readonly height: number
  readonly alt: string
  readonly moves: boolean
  /** The classes that say what it is shown on, and that it is tall or wide. */
  readonly looks: string
}

/** What the template partials/message needs. Times are formatted already; `remainingMs` counts from now. */
export interface MessageView {
  readonly id: string
  readonly roomId: string
  readonly seq: number
  readonly nonce: string
  readonly mine: boolean
  readonly author: string
  readonly text: string
  readonly image: ImageView | null
  readonly status: MessageStatus
  readonly sentAt: string
  readonly sentAtIso: string
  readonly goneAt: string
  readonly goneAtIso: string
  /** Whether somebody has kept it longer. */
  readonly isKept: boolean
  readonly remainingMs: number
  /** Whether the fragment reports the message as delivered when it enters a page, and as seen when it comes into view. */
  readonly reportsDelivered: boolean
  readonly reportsSeen: boolean
}

/** Where a message stands among others. The one before it decides whether a day or a run begins. */
export interface MessagePlace {
  /** The day, in words, if it begins with this message; '' if the message before is of the same day. */
  readonly day: string
  /** Whether it follows a message of the same person within five minutes, on the same day. */
  readonly continuesRun: boolean
}

/** What is kept of the message before. Its text must not be. */
export type Predecessor = Pick<Message, 'senderId' | 'sentAt'>

/** Messages of one person that are closer in time than this are shown as one run. */
const runMs = 300_000

/** Decides whether a message begins a day or continues a run. `before` is null for the first message of the room. */
export function placeMessage(
  message: Predecessor,
  before: Predecessor | null,
  { times }: ViewContext,
  clock: WallTimes,
): MessagePlace {
  const dayOf = ({ sentAt }: Predecessor) => times.day(clock.wallTimeOf(sentAt))
  const day = dayOf(message)
  const isNewDay = before === null || dayOf(before) !== day
  const isSoon = before !== null && message.sentAt - before.sentAt < runMs
  return { day: isNewDay ? day : '', continuesRun: !isNewDay && isSoon && before.senderId === message.senderId }
}

/** What the views of a room's messages depend on beside the messages: who looks, and who has read how far. */
export interface MessageContext {
  readonly userId: string
  readonly otherName: string
  readonly mine: Cursors
  readonly theirs: Cursors
  /** Only messages from this `seq` on report themselves as delivered, since a report covers all messages before it. */
  readonly deliversFrom?: number
  readonly clock: Clock
}

const secondsMatterBelowMs = 120_000

/** Makes the view of a message for one of the room's two people. */
export function viewMessage(message: Message, room: MessageContext, { t, times }: ViewContext): MessageView {
  const mine = message.senderId === room.userId
  const status = messageStatusOf(message, mine ? room.theirs : room.mine)
  const seconds = message.lifetimeMs < secondsMatterBelowMs
  const { clock } = room
  const now = clock.now()
  const near = clock.wallTimeOf(now)
  const sentAt = clock.wallTimeOf(message.sentAt)
  const goneAt = clock.wallTimeOf(message.expiresAt)
  return {
    id: message.id,
    roomId: message.roomId,
    seq: message.seq,
    nonce: message.nonce,
    mine,
    author: mine ? t('chat.you') : room.otherName,
    text: message.text,
    image: message.image && {
      ...viewImage(message.image),
      alt: message.image.alt || (mine ? t('picture.fromYou') : t('picture.from', { name: room.otherName })),
    },
    status,
    sentAt: times.hour(sentAt, { near }),
    sentAtIso: new Date(sentAt).toISOString(),
    goneAt: times.hour(goneAt, { near, seconds }),
    goneAtIso: new Date(goneAt).toISOString(),
    isKept: message.keptTimes > 0,
    remainingMs: Math.max(0, message.expiresAt - now),
    reportsDelivered: !mine && status === 'sent' && message.seq >= (room.deliversFrom ?? 0),
    reportsSeen: !mine && status !== 'seen',
  }
}

function viewImage({ id, width, height, alt, moves = false, ground }: ImageRef): ImageView {
  const shape = isLong({ width, height }) ? (height > width ? 'tall' : 'wide') : ''
  const looks = [shape, ground ? `on-${ground}` : ''].filter(Boolean).join(' ')
  return { url: `/images/${id}`, stillUrl: `/images/${id}/still`, width, height, alt, moves, looks }
}

/** A message as plain text, for places that show no picture: the picture's description, then the text. */
export function wordsOf({ image, text }: Pick<Message, 'image' | 'text'>, t: Translate): string {
  if (!image) return text
  const picture = image.alt ? t('chats.image', { alt: image.alt }) : t('chats.imagePlain')
  return text ? t('picture.says', { picture, text }) : picture
}
