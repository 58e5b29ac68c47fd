import { z } from 'zod'
import type { WallTimes } from '../../chat/clock.js'
import {
  type Cursors,
  type Message,
  messageStatuses,
  messageStatusOf,
  mostExcerpt,
  type Quote,
  type RoomView,
  type Sent,
  type UserId,
  usualWindow,
  type VanishedCount,
  type WindowAsk,
} from '../../chat/engine.js'

const isoTime = z.iso.datetime()

/** A message as programs get it, both from the API and over the socket. `npm run describe` publishes it. */
export const messageSchema = z
  .object({
    id: z.string(),
    seq: z.int().min(1).describe('Its place in the room: gapless, beginning at 1.'),
    roomId: z.string(),
    senderId: z.string(),
    senderUsername: z.string(),
    content: z.string().describe('The text as it was typed. Escape it where you show it.'),
    imageUrl: z.string().nullable().describe('The URL of the picture; null if there is none.'),
    imageAlt: z.string().nullable().describe('What the picture shows, in words; null without a picture.'),
    replyTo: z
      .object({
        id: z.string(),
        senderId: z.string(),
        excerpt: z
          .string()
          .describe(
            `At most ${mostExcerpt} characters of its first line; of a picture without words, its description.`,
          ),
      })
      .nullable()
      .describe(
        'What it answers; null if it is no reply, or that message is gone. Forget it once that message expires.',
      ),
    status: z.enum(messageStatuses).describe("How far it has come on the recipient's side."),
    createdAt: isoTime,
    expiresAt: isoTime.describe(
      'When the message vanishes everywhere; until its life has begun, when it vanishes unseen.',
    ),
    livesAfterSeenMs: z
      .int()
      .min(1)
      .nullable()
      .describe('How long it lives once it is seen, ms; null when its life is counted from sending.'),
  })
  .meta({ id: 'Message', description: 'A message' })

export type MessageJson = z.infer<typeof messageSchema>

/** The shape of the answer to a send. */
export const sentSchema = z.object({
  messageId: z.string(),
  seq: z.int().min(1),
  createdAt: isoTime,
  expiresAt: isoTime,
  duplicate: z
    .boolean()
    .describe('Whether a message of this nonce was sent before, and may be gone by now; then nothing was sent again.'),
})

/** The state of a room, `epoch:version`. If it is the same, nothing has changed. */
export const versionSchema = z.string().describe('Changes with everything that changes in the room.')

/** How many messages a person missed. */
export const vanishedUnseenSchema = z
  .int()
  .min(0)
  .describe(
    "The other's messages that vanished before you saw them. Joining the room sets it to 0, as its page does when shown.",
  )

/** Whether the room has messages before the window. */
export const hasEarlierSchema = z.boolean().describe('Whether messages stand before these: ask again with `before`.')

/** Gives messages before this `seq` only. */
export const beforeSchema = z.int().min(1).describe('Gives those before the message with this `seq`.')

/** The answer to joining a room. */
export const joinedSchema = z.object({
  version: versionSchema,
  unchanged: z.boolean().describe('Whether the version is still the one that you sent. If so, `messages` is empty.'),
  hasEarlier: hasEarlierSchema,
  messages: z.array(messageSchema).describe('The newest 100, or the 100 before `before`; fewer when they are long.'),
  activeUsers: z.array(z.string()).describe('Who of the two has the room open now.'),
})

/** How many vanished messages a person has not been shown yet. */
export function unshownOf({ total, shown }: VanishedCount): number {
  return total - shown
}

/** The URL of a picture under /api. */
export function imageApiUrl(imageId: string): string {
  return `/api/images/${imageId}.webp`
}

const minuteMs = 60_000
/** What the times of a few minutes begin with, up to their seconds: a frame names two times, and many name the same minutes. */
const minutes = new Map<number, string>()
const mostMinutes = 16

/** Formats a moment for programs, by the wall clock. */
export function isoTimeOf(moment: number, clock: WallTimes): string {
  const at = clock.wallTimeOf(moment)
  const minute = Math.floor(at / minuteMs) * minuteMs
  const msInMinute = at - minute
  let begin = minutes.get(minute)
  if (begin === undefined) {
    if (minutes.size >= mostMinutes) minutes.clear()
    begin = new Date(minute).toISOString().slice(0, -'00.000Z'.length)
    minutes.set(minute, begin)
  }
  const [seconds, ms] = [Math.floor(msInMinute / 1000), msInMinute % 1000]
  return `${begin}${seconds < 10 ? '0' : ''}${seconds}.${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
}

/** Formats the version of a room for programs. */
export function versionOf({ epoch, version }: Pick<RoomView, 'epoch' | 'version'>): string {
  return `${epoch}:${version}`
}

/** Formats a message for programs. `recipient`: the cursors of the person it is for. */
export function messageJson(
  message: Message,
  senderUsername: string,
  recipient: Cursors,
  clock: WallTimes,
): MessageJson {
  return {
    id: message.id,
    seq: message.seq,
    roomId: message.roomId,
    senderId: message.senderId,
    senderUsername,
    content: message.text,
    imageUrl: message.image && imageApiUrl(message.image.id),
    imageAlt: message.image?.alt ?? null,
    replyTo: message.replyTo && quoteJson(message.replyTo),
    status: messageStatusOf(message, recipient),
    createdAt: isoTimeOf(message.sentAt, clock),
    expiresAt: isoTimeOf(message.expiresAt, clock),
    livesAfterSeenMs: message.livesFrom === 'seen' ? message.lifetimeMs : null,
  }
}

function quoteJson({ id, senderId, excerpt }: Quote): MessageJson['replyTo'] {
  return { id, senderId, excerpt }
}

/** Which messages a program wants: the newest, or those before one. */
export function askFor({
  before,
  limit = usualWindow,
}: {
  before?: number | undefined
  limit?: number | undefined
}): WindowAsk {
  return before === undefined ? { of: 'newest', limit } : { of: 'before', seq: before, limit }
}

/** The messages of a window as one of the room's people sees them. */
export function roomMessagesJson(view: RoomView, names: ReadonlyMap<UserId, string>, clock: WallTimes): MessageJson[] {
  return view.messages.map(message => {
    const recipient = message.senderId === view.otherId ? view.mine : view.theirs
    return messageJson(message, names.get(message.senderId) ?? '', recipient, clock)
  })
}

/** Formats what was sent as the answer to a send. */
export function sentJson({ message, duplicate }: Sent, clock: WallTimes): z.infer<typeof sentSchema> {
  const { id, seq, sentAt, expiresAt } = message
  const [createdAt, goneAt] = [isoTimeOf(sentAt, clock), isoTimeOf(expiresAt, clock)]
  return { messageId: id, seq, createdAt, expiresAt: goneAt, duplicate }
}
