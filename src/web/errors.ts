import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { ChatError, type ErrorCode } from '../chat/errors.js'
import { isStaleToken } from '../http/csrf.js'
import { safeNext } from '../http/request.js'
import { WrongMethod } from '../http/routes.js'
import { fragment } from '../live/html/fragments.js'
import { refusalSentence } from '../rendering/refusals.js'
import { renderPartial } from '../rendering/renderer.js'
import { contextOf, sendPage } from './pages.js'

/** The HTTP status that each refusal comes with. */
export const errorStatuses: Readonly<Record<ErrorCode, number>> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  account_disabled: 403,
  blocked: 403,
  invite_needed: 403,
  registration_closed: 403,
  not_found: 404,
  image_not_found: 404,
  conflict: 409,
  invalid: 422,
  image_too_large: 413,
  image_too_many_pixels: 413,
  image_unsupported: 415,
  image_description_invalid: 422,
  image_invalid: 422,
  image_missing: 422,
  image_not_alone: 422,
  message_empty: 422,
  message_invalid: 422,
  message_too_long: 422,
  rate_limited: 429,
  person_full: 507,
  room_full: 507,
  server_full: 507,
  server_busy: 503,
  storage_failed: 503,
}

/** The HTTP status of a refusal. */
export function statusOfError(error: ChatError): number {
  return errorStatuses[error.code]
}

/** Says in the header fields of a refusal when the same may succeed, where that is known. */
export function setRetryAfter(
  response: Response,
  { retryAfterMs }: { readonly retryAfterMs?: number | undefined },
): void {
  if (retryAfterMs) response.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)))
}

/** The pages that have forms, by where these are posted: what is matched is the page. */
const formPage = /^\/(?:chats\/[\w-]+(?=\/)|people\/[\w-]+\/block|settings|invites)(?![\w-])/

/** A way back for who must log in first: the page itself, or for a post the one that it came from. */
function wayBack(request: Request): string {
  // Not `path`, which lacks what the middleware is mounted at.
  const address = request.originalUrl
  if (request.method === 'GET') return safeNext(address)
  if (/^\/people\/[\w-]+\/unblock/.test(address)) return '/settings'
  const [page = '/chats'] = formPage.exec(address) ?? []
  return safeNext(page)
}

/** Sends whoever is not logged in to the log-in, with the way back. */
export const requireAccount: RequestHandler = (request, response, next) => {
  if (request.account) return next()
  const way = wayBack(request)
  response.redirect(303, way ? `/login?next=${encodeURIComponent(way)}` : '/login')
}

export const notFound: RequestHandler = () => {
  throw new ChatError('not_found')
}

/** The HTTP status of what is no refusal of ours: middlewares mark what the client did wrong with one; 500 for the rest. */
export function statusOfOthers(error: unknown): number {
  if (isStaleToken(error)) return 403
  if (error instanceof WrongMethod) return 405
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

/** Turns whatever went wrong into a page. A fault of ours gets an id that the log repeats, and never a stack. */
export function errorPages(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const id = String(response.locals.requestId ?? '')
    const status = error instanceof ChatError ? statusOfError(error) : statusOfOthers(error)
    if (status === 500) log.error({ err: error, requestId: id }, 'a request failed')
    try {
      sendErrorPage(request, response, error, status, id)
    } catch (fault) {
      // Express would answer with the stack.
      log.error({ err: fault, requestId: id }, 'the page of an error failed')
      response.status(500).type('text').send(`Something went wrong on our side: ${id}`)
    }
  }
}

function sendErrorPage(request: Request, response: Response, error: unknown, status: number, id: string): void {
  request.csrfToken ??= () => ''
  const { t } = contextOf(request)
  const known = error instanceof ChatError ? error : null
  if (known) setRetryAfter(response, known)
  const sentences = new Map([
    [403, t('error.forbidden')],
    [404, t('error.not_found')],
    [405, t('error.method')],
    [413, t('error.payload_too_large')],
    [500, t('error.internal', { id })],
  ])
  const message = known ? refusalSentence(known, t, 0) : (sentences.get(status) ?? t('error.bad_request'))
  // A page that stays where it is has no place for another one. That what was to go is gone already is no news to it.
  if (known && status !== 404 && request.get('hx-request') === 'true') {
    const said = renderPartial('announcement', contextOf(request), { sentence: message })
    response
      .status(status)
      .type('html')
      .send(fragment('announcer', 'beforeend', said))
    return
  }
  const heading = t(status === 404 ? 'error.notFoundTitle' : 'error.title')
  sendPage(request, response, status, 'error', { heading, message })
}
