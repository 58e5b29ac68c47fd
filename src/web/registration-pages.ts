import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { Admission } from '../accounts/admission.js'
import type { Gate } from '../accounts/gate.js'
import { ChatError, type ErrorCode } from '../chat/errors.js'
import { isStaleToken } from '../http/csrf.js'
import { formField, safeNext } from '../http/request.js'
import { route } from '../http/routes.js'
import type { Sessions } from '../http/sessions.js'
import { type FormPages, formErrors, formHeading, refuseForm } from './forms.js'
import { contextOf, type FormError, sendPage } from './pages.js'

export interface RegistrationPagesDeps {
  readonly gate: Gate
  readonly admission: Admission
  readonly sessions: Sessions
}

/** Creating an account. */
export function registrationPages({ gate, admission, sessions }: RegistrationPagesDeps): FormPages {
  const router = Router()

  const view = (request: Request, next: string, errors: readonly FormError[]) => ({
    heading: formHeading(contextOf(request).t, 'register.title', errors),
    values: { username: formField(request, 'username'), email: formField(request, 'email') },
    errors,
    next,
    invite: inviteOf(request),
    nextQuery: next ? `?next=${encodeURIComponent(next)}` : '',
  })

  /** Says in words why nobody comes in this way. */
  function explain(request: Request, response: Response, refusal: ErrorCode): void {
    const { t } = contextOf(request)
    sendPage(request, response, 403, 'notice', { heading: t('register.title'), message: t(`error.${refusal}`) })
  }

  const show: RequestHandler = (request, response) => {
    if (request.account) return response.redirect(303, '/chats')
    const refusal = admission.refusalOf(inviteOf(request))
    if (refusal !== null) return explain(request, response, refusal)
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
      const status = refuseForm(response, error)
      if (status === 403) return explain(request, response, error.code)
      sendPage(request, response, status, 'register', view(request, next, formErrors(error, contextOf(request).t)))
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

/** The invite that came with the link, and that the form carries on. */
function inviteOf(request: Request): string {
  const { invite } = request.query
  return typeof invite === 'string' ? invite : formField(request, 'invite')
}
