import { z } from 'zod'
import { cursorKinds, dissolveReasons, keepReasons, lifeStarts } from '../../chat/engine.js'
import { idSchema } from '../../chat/message-input.js'
import { commandSchema } from '../client/commands.js'
import { typingShownMs } from '../client/typing.js'
import { beforeSchema, joinedSchema, messageSchema, sentSchema } from './messages.js'

/** A program's mark on a frame, which the reply repeats. */
export const refSchema = z.union([z.string().min(1).max(64), z.int()])

const roomId = z.string()
const userId = z.string()
const lastSeen = z.iso.datetime().nullable()
const activeUsers = z.array(userId)

/** The frames that a program may send. Each may also have a `ref`. */
export const programFrameSchema = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('room:join'),
      roomId: idSchema,
      version: z.string().max(128).optional(),
      before: beforeSchema.optional(),
    })
    .describe(
      'Opens a room: from now on you are told of typing in it, and when the other opens or closes it. ' +
        'Answered with its newest messages, or those ' +
        '`before` one. What you hold from before these, read again or forget: nothing says which of them have gone. Counts as a request.',
    ),
  z.object({ type: z.literal('room:leave'), roomId: idSchema }).describe('Closes a room.'),
  ...commandSchema.options,
])

export type ProgramFrame = z.infer<typeof programFrameSchema>

const refusal = {
  code: z.string().describe('The stable code, the same as in the API.'),
  message: z.string().describe('The refusal in words.'),
  retryAfterMs: z.int().min(1).optional().describe('After this many milliseconds the same may succeed.'),
}
const done = { type: z.literal('reply'), ref: refSchema, ok: z.literal(true) }

/** The frames that a program may get. */
export const serverFrameSchemas = {
  replyDone: z.object(done).describe('Done; there is nothing to say beside.'),
  replySent: z.object({ ...done, ...sentSchema.shape }).describe('Answers `message:send`.'),
  replyJoined: z.object({ ...done, ...joinedSchema.shape }).describe('Answers `room:join`.'),
  replyRefused: z
    .object({ type: z.literal('reply'), ref: refSchema, ok: z.literal(false), ...refusal })
    .describe('Nothing was done.'),
  error: z
    .object({ type: z.literal('error'), ...refusal })
    .describe('A frame without `ref` was refused, or one that could not be read (`bad_request`).'),
  roomJoined: z
    .object({ type: z.literal('room:joined'), roomId, ...joinedSchema.shape })
    .describe('The room that the address named with `?room=`, right after connecting.'),
  messageNew: z
    .object({ type: z.literal('message:new'), ...messageSchema.shape })
    .describe('A message in any room of yours, joined or not; also what you sent yourself, from wherever.'),
  messageStatusUpdated: z
    .object({
      type: z.literal('message:statusUpdated'),
      roomId,
      messageId: z.string(),
      status: z.enum(cursorKinds),
    })
    .describe('A message has come further, in any room of yours.'),
  messageExpired: z
    .object({ type: z.literal('message:expired'), roomId, messageIds: z.array(z.string()).min(1) })
    .describe('Messages have vanished, in any of your rooms. Forget them.'),
  messagesVanished: z
    .object({ type: z.literal('messages:vanished'), roomId, byUserId: userId, count: z.int().min(1) })
    .describe(
      'Messages vanished before the other saw them, in any of your rooms: how many of `byUserId`, who sent them, that you have ' +
        'not been shown yet. Told when they vanish, and right after the answer to `room:join`, by which you are shown them.',
    ),
  messageKept: z
    .object({
      type: z.literal('message:kept'),
      roomId,
      userId,
      messages: z.array(z.object({ messageId: z.string(), expiresAt: z.iso.datetime() })).min(1),
      reason: z.enum([...keepReasons, 'sent']),
    })
    .describe(
      'Messages go at another time, in any room of yours: `userId` has kept them for as long again, or has seen them, by ' +
        'which their life begins, or sends no receipts any more (`sent`): the lives of those that waited to be seen begin now.',
    ),
  roomLifetime: z
    .object({ type: z.literal('room:lifetime'), roomId, userId, lifetimeMs: z.int().min(1), from: z.enum(lifeStarts) })
    .describe(
      'How long messages live that are sent from now on, in any room of yours: `userId` has chosen it, or sends no receipts ' +
        'any more. Those sent before go at their `expiresAt` all the same, unless `message:kept` says otherwise.',
    ),
  roomErasure: z
    .object({ type: z.literal('room:erasure'), roomId, userId, erasesWhenLeft: z.boolean() })
    .describe('Somebody has chosen whether a room of yours is erased once both of you have left.'),
  roomDissolved: z
    .object({
      type: z.literal('room:dissolved'),
      roomId,
      reason: z.enum(dissolveReasons).optional().describe('Left out if you have blocked the other.'),
    })
    .describe('One of your rooms has ended, with everything in it. Forget it.'),
  userOnline: z
    .object({ type: z.literal('user:online'), userId, isOnline: z.literal(true), lastSeen })
    .describe('Somebody with whom you share a room is online now.'),
  userOffline: z
    .object({ type: z.literal('user:offline'), userId, isOnline: z.literal(false), lastSeen })
    .describe('Somebody with whom you share a room is offline now.'),
  userJoined: z
    .object({ type: z.literal('user:joined'), roomId, userId, activeUsers })
    .describe('The other has opened a room that you joined, on a page or in a program.'),
  userLeft: z
    .object({ type: z.literal('user:left'), roomId, userId, activeUsers })
    .describe('The other has closed a room that you joined, everywhere.'),
  typingIndicator: z
    .object({ type: z.literal('typing:indicator'), roomId, userId, isTyping: z.boolean() })
    .describe(
      `The other types in a room that you joined, or no longer. Ends by itself after ${typingShownMs / 1000} s without a report.`,
    ),
}

type ServerFrameSchemas = typeof serverFrameSchemas

/** A frame that a program gets. */
export type ServerFrame = {
  [Name in keyof ServerFrameSchemas]: z.infer<ServerFrameSchemas[Name]>
}[keyof ServerFrameSchemas]
