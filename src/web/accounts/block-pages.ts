import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOf, formField, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { sendPage } from '../page/pages.js'

/** Blocking a person, after a confirmation, and unblocking them. One page asks, and once they are blocked says so. */
export function blockPages({ people }: Pick<Context, 'people'>): Route[] {
  const ask: Route['handle'] = async (request, response) => {
    const other = await people.find(pathParameter(request, 'person'))
    const { id, blocked } = accountOf(request)
    if (other === null || other.id === id) throw new ChatError('not_found')
    const isBlocked = blocked.includes(other.id)
    sendPage(request, response, 200, 'block', { isBlocked, other: { id: other.id, name: other.username } })
  }

  const block: Route['handle'] = async (request, response) => {
    const otherId = pathParameter(request, 'person')
    await people.block(accountOf(request).id, otherId)
    response.redirect(303, `/people/${otherId}/block`)
  }

  const unblock: Route['handle'] = async (request, response) => {
    await people.unblock(accountOf(request).id, pathParameter(request, 'person'))
    response.redirect(303, formField(request, 'from') === 'block' ? '/chats' : '/settings/privacy?done=unblocked')
  }

  return [
    { method: 'get', path: '/people/:person/block', handle: ask },
    { method: 'post', path: '/people/:person/block', formPage: '/people/:person/block', handle: block },
    { method: 'post', path: '/people/:person/unblock', formPage: '/settings/privacy', handle: unblock },
  ]
}
