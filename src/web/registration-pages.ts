import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import type { Gate } from '../accounts/gate.js'
import { ChatError, InvalidInput } from '../chat/errors.js'
import { refusalSentence } from '../views/refusals.js'
import { isStaleToken } from './csrf.js'
import { type FormPages, fieldErrors, formHeading } from './forms.js'
import { contextOf, type FormError, sendPage } from './pages.js'
import { formField, safeNext } from './request.js'
import { route } from './routes.js'
import type { Sessions } from './sessions.js'

/** Creating an account. */
export function registrationPages({ gate, sessions }: { gate: Gate; sessions: Sessions }): FormPages {
  const router = Router()

  const view = (request: Request, next: string, errors: readonly FormError[]) => ({
    heading: formHeading(contextOf(request).t, 'register.title', errors),
    values: { username: formField(request, 'username'), email: formField(request, 'email') },
    errors,
    next,
    nextQuery: next ? `?next=${encodeURIComponent(next)}` : '',
  })

  const show: RequestHandler = (request, response) => {
    if (request.account) return response.redirect(303, '/chats')
    const next = safeNext(typeof request.query.next === 'string' ? request.query.next : '')
    sendPage(request, response, 200, 'register', view(request, next, []))
  }

  const register: RequestHandler = async (request, response) => {
    const next = safeNext(formField(request, 'next'))
    try {
      const account = await gate.register(request.body, { address: request.ip })
      await sessions.begin(request, account, formField(request, 'zone'))
      response.redirect(303, next || '/chats')
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      const { t } = contextOf(request)
      const errors =
        error instanceof InvalidInput ? fieldErrors(error, t) : [{ field: null, text: refusalSentence(error, t, 0) }]
      if (error.retryAfterMs) response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
      const status = error.code === 'rate_limited' ? 429 : 422
      sendPage(request, response, status, 'register', view(request, next, errors))
    }
  }

  const onStale: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (!isStaleToken(error) || request.method !== 'POST') return next(error)
    const errors = [{ field: null, text: contextOf(request).t('form.stale') }]
    sendPage(request, response, 403, 'register', view(request, safeNext(formField(request, 'next')), errors))
  }

  route(router, '/register', { get: [show], post: [register] })
  return { router, onStale }
}
