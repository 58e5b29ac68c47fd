import { z } from 'zod'
import { mostWindow, type RoomView, usualWindow } from '../chat/engine.js'
import { messageInput } from '../chat/message-input.js'
import type { Context } from '../context.js'
import { accountOf, pathParameter } from '../http/request.js'
import {
  askFor,
  beforeSchema,
  hasEarlierSchema,
  messageSchema,
  sentJson,
  sentSchema,
  versionOf,
  versionSchema,
} from '../live/json/messages.js'
import { type Endpoint, endpoint, limitInput } from './endpoint.js'
import { showMessages } from './rooms.js'

const windowInput = z.object({
  before: z.coerce.number().pipe(beforeSchema).optional(),
  limit: limitInput(mostWindow).describe(`How many, ${usualWindow} unless told; fewer come when they are long.`),
})

/** The messages of a chat, and sending one. */
export function messageEndpoints({ people, rooms, clock }: Pick<Context, 'people' | 'rooms' | 'clock'>): Endpoint[] {
  const etagOf = (view: RoomView) => `"${versionOf(view)}"`
  return [
    endpoint({
      method: 'get',
      path: '/chat/rooms/:roomId/messages',
      name: 'listMessages',
      summary:
        'Messages of a chat, oldest first: the newest, or those before one. The version of the chat is the ETag too',
      query: windowInput,
      answers: {
        200: {
          description: 'The messages',
          schema: z.object({
            version: versionSchema,
            hasEarlier: hasEarlierSchema,
            messages: z.array(messageSchema),
          }),
        },
        304: { description: 'Nothing has changed since the version in `If-None-Match`', schema: null },
      },
      refusals: ['invalid', 'not_found'],
      handle: async ({ request, query }) => {
        const { id } = accountOf(request)
        const view = await rooms.reads.readRoom(pathParameter(request, 'roomId'), id, askFor(query))
        const headers = { ETag: etagOf(view) }
        if (request.get('if-none-match') === headers.ETag) return { status: 304, headers }
        const messages = await showMessages(people, view, id, clock)
        return {
          status: 200,
          headers,
          body: { version: versionOf(view), hasEarlier: view.previous !== null, messages },
        }
      },
    }),
    endpoint({
      method: 'post',
      path: '/chat/rooms/:roomId/messages',
      name: 'sendMessage',
      summary: 'Send a message. The same nonce again sends nothing twice',
      body: messageInput,
      answers: {
        201: { description: 'It is sent', schema: sentSchema },
        200: { description: 'It was sent already', schema: sentSchema },
      },
      refusals: [
        'invalid',
        'message_empty',
        'message_invalid',
        'message_too_long',
        'image_not_found',
        'not_found',
        'rate_limited',
        'person_full',
        'room_full',
        'server_full',
      ],
      handle: async ({ request, body }) => {
        const sent = await rooms.send(pathParameter(request, 'roomId'), accountOf(request).id, body)
        return { status: sent.duplicate ? 200 : 201, body: sentJson(sent, clock) }
      },
    }),
  ]
}
