import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Logger } from 'pino'
import { ChatError, type ErrorCode, errorTable } from '../../chat/errors.js'
import { codeOf, setRetryAfter } from '../../http/refusals.js'
import { fragment } from '../../live/html/fragments.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { renderPartial } from '../../rendering/renderer.js'
import { contextOf, sendPage } from './pages.js'

/** Answers every error with a page. A fault of ours shows an id that the log repeats, and never a stack. */
export function errorPages(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const id = String(response.locals.requestId ?? '')
    const code = codeOf(error)
    if (code === 'internal') log.error({ err: error, requestId: id }, 'a request failed')
    try {
      sendErrorPage(request, response, error, code, id)
    } catch (fault) {
      // Express would send the stack.
      log.error({ err: fault, requestId: id }, 'an error page could not be rendered')
      response.status(500).type('text').send(`Something went wrong on our side: ${id}`)
    }
  }
}

function sendErrorPage(request: Request, response: Response, error: unknown, code: ErrorCode, id: string): void {
  request.csrfToken ??= () => ''
  const { t } = contextOf(request)
  const { status } = errorTable[code]
  const known = error instanceof ChatError ? error : null
  if (known) setRetryAfter(response, known)
  const message = refusalSentence(known ?? { code }, t, 0, id)
  // htmx shows no whole page, so the refusal is announced. On 404 it is not: what it asked about has just expired.
  if (known && status !== 404 && request.get('hx-request') === 'true') {
    const said = renderPartial('announcement', contextOf(request), { sentence: message })
    response
      .status(status)
      .type('html')
      .send(fragment('announcer', 'beforeend', said))
    return
  }
  const heading = t(status === 404 ? 'error.notFoundTitle' : 'error.title')
  // The same bytes for all who ask the same: no key, which is masked again in every page, and no form with a token.
  sendPage(request, response, status, 'error', { heading, message, draftKey: '', toldZone: null })
}
