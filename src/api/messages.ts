import { z } from 'zod'
import type { People } from '../accounts/people.js'
import type { Conversations } from '../chat/conversations.js'
import type { RoomView } from '../chat/engine.js'
import { messageInput } from '../chat/message-input.js'
import { messageSchema, sentJson, sentSchema, versionOf, versionSchema } from '../live/json-messages.js'
import { accountOf, pathParameter } from '../web/request.js'
import { type Endpoint, endpoint } from './endpoint.js'
import { showMessages } from './rooms.js'

/** The messages of a chat, and sending one. */
export function messageEndpoints({
  people,
  conversations,
}: {
  people: People
  conversations: Conversations
}): Endpoint[] {
  const etagOf = (view: RoomView) => `"${versionOf(view)}"`
  return [
    endpoint({
      method: 'get',
      path: '/chat/rooms/:roomId/messages',
      name: 'listMessages',
      summary: 'All messages of a chat, oldest first. Its version is the ETag too',
      access: 'person',
      answers: {
        200: {
          description: 'The messages',
          schema: z.object({ version: versionSchema, messages: z.array(messageSchema) }),
        },
        304: { description: 'Nothing has changed since the version in `If-None-Match`', schema: null },
      },
      refusals: ['not_found'],
      handle: async ({ request }) => {
        const { id } = accountOf(request)
        const view = await conversations.read(pathParameter(request, 'roomId'), id)
        const headers = { ETag: etagOf(view) }
        if (request.get('if-none-match') === headers.ETag) return { status: 304, headers }
        const messages = await showMessages(people, view, id)
        return { status: 200, headers, body: { version: versionOf(view), messages } }
      },
    }),
    endpoint({
      method: 'post',
      path: '/chat/rooms/:roomId/messages',
      name: 'sendMessage',
      summary: 'Send a message. The same nonce again sends nothing twice',
      access: 'person',
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
        const sent = await conversations.send(pathParameter(request, 'roomId'), accountOf(request).id, body)
        return { status: sent.duplicate ? 200 : 201, body: sentJson(sent) }
      },
    }),
  ]
}
