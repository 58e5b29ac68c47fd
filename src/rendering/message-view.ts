import type { Clock, WallTimes } from '../chat/clock.js'
import { type Cursors, type Message, type MessageStatus, statusOf } from '../chat/engine.js'
import type { ViewContext } from './renderer.js'
import type { Translate } from './sentences.js'

/** A message as partials/message shows it. Times are words already; `remainingMs` is from now. */
export interface MessageView {
  readonly id: string
  readonly roomId: string
  readonly seq: number
  readonly nonce: string
  readonly mine: boolean
  readonly author: string
  readonly text: string
  readonly image: { url: string; width: number; height: number; alt: string } | null
  readonly status: MessageStatus
  readonly sentAt: string
  readonly sentAtIso: string
  readonly goneAt: string
  readonly goneAtIso: string
  /** Whether it was put off. */
  readonly isKept: boolean
  readonly remainingMs: number
  /** What the fragment reports of itself, of the other's messages: when it enters a page, and when it comes into view. */
  readonly reportsDelivered: boolean
  readonly reportsSeen: boolean
}

/** Where a message stands: what came before it decides whether a day or a run begins. */
export interface MessagePlace {
  /** The day that begins with the message, in words; '' when it is that of the one before. */
  readonly day: string
  /** Whether it follows another of the same person within five minutes. */
  readonly continuesRun: boolean
}

/** What is known of the message before: no more than this is kept of it. */
export type Predecessor = Pick<Message, 'senderId' | 'sentAt'>

/** Messages of one person closer than this stand together. Source: issue "Everyone can use it", look. */
const runMs = 300_000

/** Says where a message stands after the one before it. */
export function placeMessage(
  message: Message,
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

/** What it takes to show a room's messages to one of its people. `myName` is not needed: one's own are "You". */
export interface MessageFrame {
  readonly userId: string
  readonly otherName: string
  readonly mine: Cursors
  readonly theirs: Cursors
  /** Only messages from this `seq` on report themselves as delivered: one report is for all before it. */
  readonly deliversFrom?: number
  readonly clock: Clock
}

const secondsMatterBelowMs = 120_000

/** Turns a message into what its partial needs. */
export function viewMessage(message: Message, frame: MessageFrame, { t, times }: ViewContext): MessageView {
  const mine = message.senderId === frame.userId
  const status = statusOf(message, mine ? frame.theirs : frame.mine)
  const seconds = message.lifetimeMs < secondsMatterBelowMs
  const { clock } = frame
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
    author: mine ? t('chat.you') : frame.otherName,
    text: message.text,
    image: message.image && {
      ...message.image,
      url: `/images/${message.image.id}`,
      alt: message.image.alt || (mine ? t('picture.fromYou') : t('picture.from', { name: frame.otherName })),
    },
    status,
    sentAt: times.hour(sentAt, { near }),
    sentAtIso: new Date(sentAt).toISOString(),
    goneAt: times.hour(goneAt, { near, seconds }),
    goneAtIso: new Date(goneAt).toISOString(),
    isKept: message.keptTimes > 0,
    remainingMs: Math.max(0, message.expiresAt - now),
    reportsDelivered: !mine && status === 'sent' && message.seq >= (frame.deliversFrom ?? 0),
    reportsSeen: !mine && status !== 'seen',
  }
}

/** What a message says where there is room for words alone: its picture in words, then its text. */
export function wordsOf({ image, text }: Pick<Message, 'image' | 'text'>, t: Translate): string {
  if (!image) return text
  const picture = image.alt ? t('chats.image', { alt: image.alt }) : t('chats.imagePlain')
  return text ? t('picture.says', { picture, text }) : picture
}
