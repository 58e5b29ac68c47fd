// Long because all that a row of the list shows is worked out here.
import type { Clock, WallTimes } from '../chat/clock.js'
import {
  type Cursors,
  type ImageRef,
  type Message,
  type MessageStatus,
  messageStatusOf,
  type Quote,
  type RoomId,
  type UserId,
} from '../chat/engine.js'
import { shapeOf } from '../picture-size.js'
import type { ViewContext } from './renderer.js'
import { isolateLines, type SentenceKey, type Translate } from './sentences.js'

/** What the template partials/picture needs. Width and height in pixels. */
export interface ImageView {
  readonly url: string
  readonly stillUrl: string
  readonly width: number
  readonly height: number
  readonly alt: string
  /** The same where nothing shows that it is of a picture, with its full stop. */
  readonly words: string
  readonly moves: boolean
  /** The classes that say what shape it has, and what it is shown on. */
  readonly looks: string
}

/** What the template partials/quote needs. `id` and `remainingMs` are those of the message that is quoted. */
export interface QuoteView {
  readonly id: string
  readonly seq: number
  /** Where it stands: the chat's page that begins with it. */
  readonly href: string
  readonly author: string
  /** Whose message is answered, in words for the ear. */
  readonly to: string
  readonly text: string
  /** What ends the text for the ear. */
  readonly stop: string
  readonly remainingMs: number
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
  readonly isEmoji: boolean
  readonly image: ImageView | null
  readonly quote: QuoteView | null
  readonly status: MessageStatus
  readonly sentAt: string
  /** When it goes, in words: "until 14:07", or "until seen, then 5 minutes". */
  readonly until: string
  /** Whether it was kept or its life began by being seen, so that it may end at another time than others of its minute. */
  readonly hasOwnEnd: boolean
  readonly remainingMs: number
  /** How long it lives once this person has seen it, where its life begins by that; 0 for any other. */
  readonly lifeAfterSeenMs: number
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
  /** The same for messages of one person, minute and lifetime: of those in a row, only the last shows its times. */
  readonly continuesMinute: boolean
  /** Whether it is the newest of the viewer's own on the page, which alone shows the word of its status. */
  readonly isNewest: boolean
}

/** All that the template of a message is rendered with. */
export interface MessageData extends MessageView, MessagePlace, ViewContext {
  /** A new one makes the page report delivery again. */
  readonly reportKey: string
  /** Whether its menu stands open, on a page without a script. */
  readonly isOpen: boolean
}

/** The place of a message that is rendered without its row, which has the day and the run. */
const withoutRow: MessagePlace = { day: '', continuesRun: false, continuesMinute: false, isNewest: false }

/** What is kept of the message before. Its text must not be. */
export type Predecessor = Pick<Message, 'senderId' | 'sentAt' | 'lifetimeMs' | 'livesFrom'>

/** Messages of one person that are closer in time than this are shown as one run. */
const runMs = 300_000
const minuteMs = 60_000

/** How a message joins the one before it: all of its place but whether it is the newest. */
export type MessageJoin = Omit<MessagePlace, 'isNewest'>

/** Decides whether a message begins a day or continues a run. `before` is null for the first message of the room. */
export function placeMessage(
  message: Predecessor,
  before: Predecessor | null,
  userId: UserId,
  { times }: Pick<ViewContext, 'times'>,
  clock: WallTimes,
): MessageJoin {
  const sentAt = clock.wallTimeOf(message.sentAt)
  const day = times.day(sentAt)
  if (before === null) return { day, continuesRun: false, continuesMinute: false }
  const sentBefore = clock.wallTimeOf(before.sentAt)
  const isNewDay = times.day(sentBefore) !== day
  const isSoon = message.sentAt - before.sentAt < runMs
  const isMine = message.senderId === userId
  return {
    day: isNewDay ? day : '',
    continuesRun: !isNewDay && isSoon && before.senderId === message.senderId,
    continuesMinute:
      Math.floor(sentBefore / minuteMs) === Math.floor(sentAt / minuteMs) &&
      before.lifetimeMs === message.lifetimeMs &&
      (before.senderId === userId) === isMine &&
      before.livesFrom === message.livesFrom,
  }
}

/** What the views of a room's messages depend on beside the messages: who looks, and who has read how far. */
export interface MessageContext {
  readonly userId: UserId
  readonly otherName: string
  readonly mine: Cursors
  readonly theirs: Cursors
  /** Only messages from this `seq` on report themselves as delivered, since a report covers all messages before it. */
  readonly deliversFrom?: number
  readonly clock: Clock
  readonly reportKey?: string
  /** The `seq` of the message whose menu stands open. */
  readonly openSeq?: number | null
}

/** A text of one to five emoji and nothing else is shown large. */
const oneEmoji = '\\s*\\p{RGI_Emoji}'
const fewEmoji = new RegExp(`^(?:${oneEmoji}){1,5}\\s*$`, 'v')
/** With what no emoji begins: most texts are of letters, and the expression takes longer than the rest of a row. */
const letter = /^[A-Za-z\u00c0-\u024f\u0370-\u06ff]/
/** No five emoji are longer, in UTF-16 units. */
const longestEmoji = 200

const secondsMatterBelowMs = 120_000

/**
 * Makes the view of a message for one of the room's two people. All of it is written out in one object: to copy the context
 * and the place into it, or it into another, takes longer than to render it.
 */
export function viewMessage(
  message: Message,
  room: MessageContext,
  { t, times, language, direction, segmentText, assetUrl }: ViewContext,
  { day, continuesRun, continuesMinute, isNewest }: MessagePlace = withoutRow,
): MessageData {
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
    isEmoji: message.text.length <= longestEmoji && !letter.test(message.text) && fewEmoji.test(message.text),
    image: message.image && viewImage(message.image, mine, room.otherName, t),
    quote: message.replyTo && viewQuote(message.replyTo, message.roomId, room, t),
    status,
    sentAt: times.hour(sentAt, { near }),
    hasOwnEnd: message.keptTimes > 0 || (message.livesFrom === 'seen' && message.hasBegun),
    until: message.hasBegun
      ? t(message.keptTimes > 0 ? 'chat.kept' : 'chat.gone', { time: times.hour(goneAt, { near, seconds }) })
      : t('chat.untilSeen', { lifetime: times.length(message.lifetimeMs) }),
    remainingMs: Math.max(0, message.expiresAt - now),
    lifeAfterSeenMs: mine || message.hasBegun ? 0 : message.lifetimeMs,
    reportsDelivered: !mine && status === 'sent' && message.seq >= (room.deliversFrom ?? 0),
    reportsSeen: !mine && (status !== 'seen' || !message.hasBegun),
    reportKey: room.reportKey ?? '',
    isOpen: message.seq === room.openSeq,
    day,
    continuesRun,
    continuesMinute,
    isNewest,
    t,
    times,
    language,
    direction,
    segmentText,
    assetUrl,
  }
}

/** Makes the view of a quote for one of the room's two people. */
export function viewQuote(
  { id, seq, senderId, excerpt, isPicture, expiresAt }: Quote,
  roomId: RoomId,
  { userId, otherName, clock }: Pick<MessageContext, 'userId' | 'otherName' | 'clock'>,
  t: Translate,
): QuoteView {
  const mine = senderId === userId
  const text = isPicture ? pictureWords(excerpt, t, 'chats.imagePlain') : excerpt
  return {
    id,
    seq,
    href: `/chats/${roomId}?after=${seq - 1}#m-${id}`,
    author: mine ? t('chat.you') : otherName,
    to: mine ? t('reply.toYou') : t('reply.to', { name: otherName }),
    text,
    stop: stopOf(text),
    remainingMs: Math.max(0, expiresAt - clock.now()),
  }
}

function viewImage(
  { id, width, height, alt, moves = false, ground }: ImageRef,
  mine: boolean,
  otherName: string,
  t: Translate,
): ImageView {
  const looks = [shapeOf({ width, height }), ground ? `on-${ground}` : ''].filter(Boolean).join(' ')
  return {
    url: `/images/${id}`,
    stillUrl: `/images/${id}/still`,
    width,
    height,
    alt: alt || (mine ? t('picture.fromYou') : t('picture.from', { name: otherName })),
    words: endSentence(pictureWords(alt, t, 'picture.undescribed')),
    moves,
    looks,
  }
}

/**
 * A message as plain text, for places that show no picture: the picture's description, then the text.
 * @param plain what stands for a picture without a description
 */
export function wordsOf(
  { image, text }: Pick<Message, 'image' | 'text'>,
  t: Translate,
  plain: SentenceKey = 'chats.imagePlain',
): string {
  if (!image) return text
  const picture = pictureWords(image.alt, t, plain)
  return text ? `${endSentence(picture)} ${text}` : picture
}

/** Signs that end a sentence in our languages, and what may follow them. */
const ended = /[.!?…؟۔。！？][\s"'”’»)\]\u2069]*$/u
const stopOf = (text: string) => (ended.test(text) ? '' : '.')
const endSentence = (text: string) => text + stopOf(text)

function pictureWords(alt: string, t: Translate, plain: SentenceKey): string {
  return alt ? t('chats.image', { alt: isolateLines(alt) }) : t(plain)
}
