import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOf, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { sendPage } from '../page/pages.js'

/** Blocking a person, after a confirmation, and unblocking them. */
export function blockPages({ people }: Pick<Context, 'people'>): Route[] {
  const ask: Route['handle'] = async (request, response) => {
    const other = await people.find(pathParameter(request, 'person'))
    if (other === null || other.id === accountOf(request).id) throw new ChatError('not_found')
    sendPage(request, response, 200, 'block', { other: { id: other.id, name: other.username } })
  }

  const block: Route['handle'] = async (request, response) => {
    await people.block(accountOf(request).id, pathParameter(request, 'person'))
    response.redirect(303, '/chats')
  }

  const unblock: Route['handle'] = async (request, response) => {
    await people.unblock(accountOf(request).id, pathParameter(request, 'person'))
    response.redirect(303, '/settings/privacy?done=unblocked')
  }

  return [
    { method: 'get', path: '/people/:person/block', handle: ask },
    { method: 'post', path: '/people/:person/block', formPage: '/people/:person/block', handle: block },
    { method: 'post', path: '/people/:person/unblock', formPage: '/settings/privacy', handle: unblock },
  ]
}
