import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import { demoPassword, demoPeople } from '../accounts/demo-accounts.js'
import type { Gate } from '../accounts/gate.js'
import { ChatError, InvalidInput } from '../chat/errors.js'
import { refusalSentence } from '../views/refusals.js'
import { isStaleToken } from './csrf.js'
import { type FormPages, fieldErrors, formHeading } from './forms.js'
import { contextOf, type FormError, sendPage } from './pages.js'
import { formField, safeNext } from './request.js'
import { route } from './routes.js'
import type { Sessions } from './sessions.js'

export interface SessionPagesDeps {
  readonly gate: Gate
  readonly sessions: Sessions
  readonly showsDemo: boolean
}

/** Logging in and out. */
export function sessionPages({ gate, sessions, showsDemo }: SessionPagesDeps): FormPages {
  const router = Router()

  const [first, second] = demoPeople

  const showLogin = (request: Request, values: { email: string; next: string }, errors: readonly FormError[]) => {
    const { t } = contextOf(request)
    return {
      heading: formHeading(t, 'login.title', errors),
      notice: values.next && errors.length === 0 ? t('login.ended') : '',
      values,
      errors,
      next: values.next,
      nextQuery: values.next ? `?next=${encodeURIComponent(values.next)}` : '',
      demo: showsDemo && { first: first.email, second: second.email, password: demoPassword },
    }
  }

  const show: RequestHandler = (request, response) => {
    if (request.account) return response.redirect(303, '/chats')
    const next = safeNext(typeof request.query.next === 'string' ? request.query.next : '')
    sendPage(request, response, 200, 'login', showLogin(request, { email: '', next }, []))
  }

  const logIn: RequestHandler = async (request, response) => {
    const values = { email: formField(request, 'email'), next: safeNext(formField(request, 'next')) }
    const { t } = contextOf(request)
    try {
      const account = await gate.logIn(request.body, { address: request.ip })
      await sessions.begin(request, account, formField(request, 'zone'))
      response.redirect(303, values.next || '/chats')
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      const isWrong = error.code === 'unauthenticated'
      const text = isWrong ? t('login.failed') : refusalSentence(error, t, 0)
      const errors = error instanceof InvalidInput ? fieldErrors(error, t) : [{ field: isWrong ? 'email' : null, text }]
      if (error.retryAfterMs) response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
      sendPage(
        request,
        response,
        error.code === 'rate_limited' ? 429 : 422,
        'login',
        showLogin(request, values, errors),
      )
    }
  }

  const onStale: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (!isStaleToken(error) || request.method !== 'POST') return next(error)
    const values = { email: formField(request, 'email'), next: safeNext(formField(request, 'next')) }
    const errors = [{ field: null, text: contextOf(request).t('form.stale') }]
    sendPage(request, response, 403, 'login', showLogin(request, values, errors))
  }

  const logOut: RequestHandler = async (request, response) => {
    await sessions.end(request)
    response.redirect(303, '/login')
  }

  route(router, '/login', { get: [show], post: [logIn] })
  route(router, '/logout', { post: [logOut] })
  return { router, onStale }
}
