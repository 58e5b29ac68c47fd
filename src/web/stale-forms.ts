import type { ErrorRequestHandler, Request, Response } from 'express'
import { isStaleToken, readToken } from '../http/csrf.js'
import { safeNext } from '../http/request.js'
import { sendPage } from './pages.js'
import { mayBeFramed } from './security-headers.js'

/** Answers a form whose token is no longer good by showing it again with all that was typed. */
export function onStaleToken(
  showAgain: (request: Request, response: Response) => void | Promise<void>,
): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (!isStaleToken(error)) return next(error)
    await showAgain(request, response)
  }
}

/** All that a form says, but for its token. */
function fieldsOf({ body }: Request): [name: string, value: string][] {
  const fields: [string, unknown][] = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return fields
    .filter(([name]) => name !== '_csrf')
    .flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)]))
}

/**
 * Gives a form whose token alone is old once more, with all that it said and a good token, to be sent by one button. To
 * be mounted behind `refuseForeignOrigin`: what another site's page posts must not be held out to anybody to confirm.
 */
export const staleForms: ErrorRequestHandler = (error: unknown, request, response, next) => {
  // Empty for a target that names a host: the token must go to nobody else.
  const action = safeNext(request.originalUrl)
  // No page of ours posts without a token, and a file cannot be given back.
  const isForm = request.method === 'POST' && readToken(request) !== '' && !request.is('multipart/form-data')
  if (!isStaleToken(error) || !isForm || action === '') return next(error)
  if (request.get('hx-request') === 'true') {
    response.status(403).set('HX-Refresh', 'true').end()
    return
  }
  mayBeFramed(response)
  sendPage(request, response, 403, 'stale', { action, fields: fieldsOf(request) })
}
