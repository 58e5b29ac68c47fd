import type { ErrorRequestHandler, Request, Response } from 'express'
import { isStaleToken, readToken } from '../../http/csrf.js'
import { safeNext } from '../../http/request.js'
import { sendPage } from './pages.js'
import { mayBeEmbedded } from './security-headers.js'

/** Answers a form whose token is no longer good by showing it again with all that was typed. */
export function onStaleToken(
  showAgain: (request: Request, response: Response) => void | Promise<void>,
): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (!isStaleToken(error)) return next(error)
    await showAgain(request, response)
  }
}

/** The fields of a form except for its token. */
function fieldsOf({ body }: Request): [name: string, value: string][] {
  const fields: [string, unknown][] = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return fields
    .filter(([name]) => name !== '_csrf')
    .flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)]))
}

/**
 * Answers a form of which only the token is stale with the same fields, a good token and one button to send it again. Must
 * come after `refuseForeignOrigin`: nobody may be asked to confirm what a page of another site posted.
 */
export const staleForms: ErrorRequestHandler = (error: unknown, request, response, next) => {
  // Empty for an address that names a host: the token must not go to another server.
  const action = safeNext(request.originalUrl)
  // Every form of ours has a token, and a file cannot be put back into a form.
  const isForm = request.method === 'POST' && readToken(request) !== '' && !request.is('multipart/form-data')
  if (!isStaleToken(error) || !isForm || action === '') return next(error)
  if (request.get('hx-request') === 'true') {
    response.status(403).set('HX-Refresh', 'true').end()
    return
  }
  mayBeEmbedded(response)
  sendPage(request, response, 403, 'stale', { action, fields: fieldsOf(request) })
}
