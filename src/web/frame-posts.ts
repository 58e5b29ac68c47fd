import { type RequestHandler, Router } from 'express'
import type { Conversations } from '../chat/conversations.js'
import { ChatError } from '../chat/errors.js'
import { commandSchema, execute } from '../live/commands.js'
import { accountOf, pathParameter } from './request.js'
import { route } from './routes.js'

/** What a page would say over its socket, posted where no socket gets through: receipts and typing. */
export function framePosts(conversations: Conversations): Router {
  const router = Router()

  const take: RequestHandler = async (request, response) => {
    const fields: unknown = request.body
    const frame = typeof fields === 'object' ? { ...fields } : {}
    const { data: command } = commandSchema.safeParse({ roomId: pathParameter(request, 'room'), ...frame })
    if (!command) throw new ChatError('bad_request')
    await execute(command, accountOf(request).id, conversations)
    response.status(204).end()
  }

  route(router, '/chats/frames', { post: [take] })
  route(router, '/chats/:room/frames', { post: [take] })
  return router
}
