import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOf, formField, pathParameter, queryText } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { sendPage } from '../page/pages.js'

/**
 * Blocking a person, after a confirmation, and unblocking them. The address that asks also says that they are blocked, and
 * after unblocking that they no longer are.
 */
export function blockPages({ people }: Pick<Context, 'people'>): Route[] {
  const ask: Route['handle'] = async (request, response) => {
    const other = await people.find(pathParameter(request, 'person'))
    const { id, blocked } = accountOf(request)
    if (other === null || other.id === id) throw new ChatError('not_found')
    const asked = queryText(request, 'done') === 'unblocked' ? 'unblocked' : 'block'
    const page = blocked.includes(other.id) ? 'blocked' : asked
    sendPage(request, response, 200, page, { other: { id: other.id, name: other.username } })
  }

  const block: Route['handle'] = async (request, response) => {
    const otherId = pathParameter(request, 'person')
    await people.block(accountOf(request).id, otherId)
    response.redirect(303, `/people/${otherId}/block`)
  }

  const unblock: Route['handle'] = async (request, response) => {
    const otherId = pathParameter(request, 'person')
    await people.unblock(accountOf(request).id, otherId)
    const page = formField(request, 'from') === 'block' ? `/people/${otherId}/block` : '/settings/privacy'
    response.redirect(303, `${page}?done=unblocked`)
  }

  return [
    { method: 'get', path: '/people/:person/block', handle: ask },
    { method: 'post', path: '/people/:person/block', formPage: '/people/:person/block', handle: block },
    { method: 'post', path: '/people/:person/unblock', formPage: '/settings/privacy', handle: unblock },
  ]
}
