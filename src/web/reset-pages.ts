import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { OneTimeLinks } from '../accounts/one-time-links.js'
import type { People } from '../accounts/people.js'
import { ChatError } from '../chat/errors.js'
import { isStaleToken } from '../http/csrf.js'
import { formField, pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import { addressKey, type Limits, refuseOver } from '../limits.js'
import { type FormPages, formErrors, formHeading, refuseForm } from './forms.js'
import { contextOf, type FormError, sendPage } from './pages.js'

/** Links that stand for a forgotten password. One ends when anything else changes the account first. */
export type PasswordResets = OneTimeLinks<{ readonly userId: string; readonly generation: number }>

/** How long such a link works, in milliseconds. */
export const resetLifetimeMs = 3_600_000

export interface ResetPagesDeps {
  readonly people: People
  readonly resets: PasswordResets
  readonly limits: Limits
}

/** Setting a new password by a link from the operator. */
export function resetPages({ people, resets, limits }: ResetPagesDeps): FormPages {
  const router = Router()

  function show(request: Request, response: Response, status: number, errors: readonly FormError[]): void {
    const { t } = contextOf(request)
    const token = pathParameter(request, 'token')
    const heading = formHeading(t, 'reset.title', errors)
    if (resets.isGood(token)) sendPage(request, response, status, 'reset', { heading, errors, values: {}, token })
    else showGone(request, response)
  }

  function showGone(request: Request, response: Response): void {
    const { t } = contextOf(request)
    sendPage(request, response, 404, 'notice', { heading: t('reset.gone'), message: t('reset.goneHint') })
  }

  const reset: RequestHandler = async (request, response) => {
    try {
      refuseOver(limits.authAddress, addressKey(request.ip))
      await resets.use(pathParameter(request, 'token'), ({ userId, generation }) =>
        people.resetPassword(userId, generation, formField(request, 'newPassword')),
      )
      response.redirect(303, '/login?done=reset')
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      if (error.code === 'not_found' || error.code === 'conflict') return showGone(request, response)
      const status = refuseForm(response, error)
      show(request, response, status, formErrors(error, contextOf(request).t))
    }
  }

  const onStale: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (!isStaleToken(error) || request.method !== 'POST') return next(error)
    show(request, response, 403, [{ field: null, text: contextOf(request).t('form.stale') }])
  }

  route(router, '/reset/:token', { get: [(request, response) => show(request, response, 200, [])], post: [reset] })
  return { router, onStale }
}
