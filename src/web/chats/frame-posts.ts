import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOf, formField, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { execute, pageCommandSchema } from '../../live/client/commands.js'

/**
 * What a page would say over its socket, posted if no socket gets through: receipts and typing. And whether updates are
 * paused, which every page posts.
 */
export function framePosts({ rooms, hub }: Pick<Context, 'rooms' | 'hub'>): Route[] {
  const take: Route['handle'] = async (request, response) => {
    const fields: unknown = request.body
    const frame = typeof fields === 'object' ? { ...fields } : {}
    const { data: command } = pageCommandSchema.safeParse({ roomId: pathParameter(request, 'room'), ...frame })
    if (!command) throw new ChatError('bad_request')
    await execute(command, accountOf(request).id, rooms)
    response.status(204).end()
  }

  /** Answers nothing: the push to the page shows the change. */
  const pause: Route['handle'] = async (request, response) => {
    const { id } = accountOf(request)
    const roomId = pathParameter(request, 'room')
    if (!(await rooms.reads.isMember(roomId, id))) throw new ChatError('not_found')
    hub.pause(id, request.sessionID, roomId, formField(request, 'paused') === 'yes')
    response.status(204).end()
  }

  const inRoom = { method: 'post', formPage: '/chats/:room' } as const
  return [
    { method: 'post', path: '/chats/frames', limit: 'lightRequests', handle: take },
    { ...inRoom, path: '/chats/:room/frames', limit: 'lightRequests', handle: take },
    { ...inRoom, path: '/chats/:room/updates', handle: pause },
  ]
}
