import { z } from 'zod'
import type { People } from '../accounts/people.js'
import type { WallTimes } from '../chat/clock.js'
import { mostWindow, type RoomSummary, type RoomView, type UserId, usualWindow } from '../chat/engine.js'
import { idSchema } from '../chat/message-input.js'
import type { Context } from '../context.js'
import { accountOf } from '../http/request.js'
import {
  askFor,
  hasEarlierSchema,
  messageJson,
  messageSchema,
  roomMessagesJson,
  unshownOf,
  vanishedUnseenSchema,
} from '../live/json/messages.js'
import { type Endpoint, endpoint, limitInput } from './endpoint.js'

const roomSchema = z
  .object({
    id: z.string(),
    otherUserId: z.string(),
    otherUsername: z.string(),
    otherUserOnline: z.boolean(),
    unreadCount: z.int().min(0),
    vanishedUnseen: vanishedUnseenSchema,
    lastMessage: messageSchema.nullable(),
  })
  .meta({ id: 'Room', description: 'A chat with someone' })

const listInput = z.object({
  before: idSchema.optional().describe('Gives those behind this room.'),
  limit: limitInput(mostWindow).describe(`How many, ${usualWindow} unless told.`),
})

const listSchema = z.object({
  hasEarlier: z.boolean().describe('Whether others follow, which were active earlier: ask again with `before`.'),
  rooms: z.array(roomSchema),
})

/** Looks up the names of people. */
export async function namesOf(people: People, ids: readonly UserId[]): Promise<ReadonlyMap<UserId, string>> {
  return new Map([...(await people.findMany(ids))].map(([id, { username }]) => [id, username]))
}

/** The messages of a window, with the names of the room's two people. */
export async function showMessages(people: People, view: RoomView, viewerId: UserId, clock: WallTimes) {
  return roomMessagesJson(view, await namesOf(people, [viewerId, view.otherId]), clock)
}

/** The list of chats, and opening one. */
export function roomEndpoints({ clock, people, rooms }: Pick<Context, 'clock' | 'people' | 'rooms'>): Endpoint[] {
  const showLast = ({ lastMessage, otherId, mine, theirs }: RoomSummary, names: ReadonlyMap<UserId, string>) => {
    if (!lastMessage) return null
    const recipient = lastMessage.senderId === otherId ? mine : theirs
    return messageJson(lastMessage, names.get(lastMessage.senderId) ?? '', recipient, clock)
  }
  return [
    endpoint({
      method: 'get',
      path: '/chat/rooms',
      name: 'listRooms',
      summary: 'Your chats, the most recently active first',
      query: listInput,
      answers: { 200: { description: 'Your chats', schema: listSchema } },
      refusals: ['invalid'],
      handle: async ({ request, query: { before, limit = usualWindow } }) => {
        const { id: userId } = accountOf(request)
        const { rooms: summaries, hasEarlier } = await rooms.reads.listRooms(userId, { limit, before })
        const others = summaries.map(({ otherId }) => otherId)
        const names = await namesOf(people, [userId, ...others])
        const shown = summaries.map(summary => ({
          id: summary.id,
          otherUserId: summary.otherId,
          otherUsername: names.get(summary.otherId) ?? '',
          otherUserOnline: summary.presence?.isOnline ?? false,
          unreadCount: summary.unread,
          vanishedUnseen: unshownOf(summary.vanished.theirs),
          lastMessage: showLast(summary, names),
        }))
        return { status: 200, body: { hasEarlier, rooms: shown } }
      },
    }),
    endpoint({
      method: 'post',
      path: '/chat/rooms',
      name: 'openRoom',
      summary: 'Open the chat with someone, or get the one you have',
      mayBeLong: true,
      body: z.object({ otherUserId: idSchema }),
      answers: {
        200: {
          description: 'The chat',
          schema: z.object({
            roomId: z.string(),
            hasEarlier: hasEarlierSchema,
            messages: z.array(messageSchema),
          }),
        },
      },
      refusals: ['blocked', 'invalid', 'not_found'],
      handle: async ({ request, body }) => {
        const { id } = accountOf(request)
        const { id: roomId } = await rooms.open(id, body.otherUserId)
        const view = await rooms.reads.readRoom(roomId, id, askFor({}))
        const messages = await showMessages(people, view, id, clock)
        return { status: 200, body: { roomId, hasEarlier: view.previous !== null, messages } }
      },
    }),
  ]
}
