import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import { demoPassword, demoPeople } from '../accounts/demo-accounts.js'
import type { Gate } from '../accounts/gate.js'
import { ChatError } from '../chat/errors.js'
import { isStaleToken } from '../http/csrf.js'
import { formField, safeNext } from '../http/request.js'
import { route } from '../http/routes.js'
import type { Sessions } from '../http/sessions.js'
import { type FormPages, formErrors, formHeading, refuseForm } from './forms.js'
import { contextOf, type FormError, sendPage } from './pages.js'

export interface SessionPagesDeps {
  readonly gate: Gate
  readonly sessions: Sessions
  readonly showsDemo: boolean
  /** Whether anybody may come in anew. */
  readonly canRegister: boolean
}

/** Logging in and out. */
export function sessionPages({ gate, sessions, showsDemo, canRegister }: SessionPagesDeps): FormPages {
  const router = Router()

  const [first, second] = demoPeople

  const showLogin = (request: Request, values: { email: string; next: string }, errors: readonly FormError[]) => {
    const { t } = contextOf(request)
    return {
      heading: formHeading(t, 'login.title', errors),
      notice: errors.length === 0 ? noticeOf(request, values.next) : '',
      values,
      errors,
      next: values.next,
      nextQuery: values.next ? `?next=${encodeURIComponent(values.next)}` : '',
      canRegister,
      demo: showsDemo && { first: first.email, second: second.email, password: demoPassword },
    }
  }

  /** What a person is told before they log in: why they must, or what has just been done. */
  function noticeOf(request: Request, next: string): string {
    const { t } = contextOf(request)
    if (request.query.done === 'deleted') return t('login.deleted')
    if (request.query.done === 'reset') return t('login.reset')
    return next ? t('login.ended') : ''
  }

  const show: RequestHandler = (request, response) => {
    const next = safeNext(typeof request.query.next === 'string' ? request.query.next : '')
    if (request.account) return response.redirect(303, next || '/chats')
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
      const errors = isWrong ? [{ field: 'email', text: t('login.failed') }] : formErrors(error, t)
      const status = refuseForm(response, error)
      sendPage(request, response, isWrong ? 422 : status, 'login', showLogin(request, values, errors))
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
