import { type RequestHandler, Router } from 'express'
import type { People } from '../accounts/people.js'
import { ChatError } from '../chat/errors.js'
import { accountOf, pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import { sendPage } from './pages.js'

/** Blocking a person, after asking, and taking it back. */
export function blockPages({ people }: { readonly people: People }): { router: Router } {
  const router = Router()

  const ask: RequestHandler = async (request, response) => {
    const other = await people.find(pathParameter(request, 'person'))
    if (other === null || other.id === accountOf(request).id) throw new ChatError('not_found')
    sendPage(request, response, 200, 'block', { other: { id: other.id, name: other.username } })
  }

  const block: RequestHandler = async (request, response) => {
    await people.block(accountOf(request).id, pathParameter(request, 'person'))
    response.redirect(303, '/chats')
  }

  const unblock: RequestHandler = async (request, response) => {
    await people.unblock(accountOf(request).id, pathParameter(request, 'person'))
    response.redirect(303, '/settings?done=unblocked')
  }

  route(router, '/people/:person/block', { get: [ask], post: [block] })
  route(router, '/people/:person/unblock', { post: [unblock] })
  return { router }
}
