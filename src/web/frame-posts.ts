import { type RequestHandler, Router } from 'express'
import type { Conversations } from '../chat/conversations.js'
import { ChatError } from '../chat/errors.js'
import { accountOf, formField, pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import { commandSchema, execute } from '../live/commands.js'
import type { Hub } from '../live/hub.js'

/**
 * What a page would say over its socket, posted where no socket gets through: receipts and typing. And whether what is
 * new is held back, which every page posts.
 */
export function framePosts(conversations: Conversations, hub: Hub): Router {
  const router = Router()

  const take: RequestHandler = async (request, response) => {
    const fields: unknown = request.body
    const frame = typeof fields === 'object' ? { ...fields } : {}
    const { data: command } = commandSchema.safeParse({ roomId: pathParameter(request, 'room'), ...frame })
    if (!command) throw new ChatError('bad_request')
    await execute(command, accountOf(request).id, conversations)
    response.status(204).end()
  }

  /** The push to the page says the rest: this answers nothing. */
  const pause: RequestHandler = async (request, response) => {
    const { id } = accountOf(request)
    const roomId = pathParameter(request, 'room')
    if (!(await conversations.includes(roomId, id))) throw new ChatError('not_found')
    hub.pause(id, request.sessionID, roomId, formField(request, 'paused') === 'yes')
    response.status(204).end()
  }

  route(router, '/chats/frames', { post: [take] })
  route(router, '/chats/:room/frames', { post: [take] })
  route(router, '/chats/:room/updates', { post: [pause] })
  return router
}
