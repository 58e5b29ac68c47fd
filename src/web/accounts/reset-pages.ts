import type { Request, Response } from 'express'
import { z } from 'zod'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { FormRepeats } from '../../http/form-repeats.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { formField, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { addressKey, refuseOver } from '../../limits.js'
import { formErrors, formHeading } from '../page/forms.js'
import { contextOf, type FormError, sendPage } from '../page/pages.js'
import { onStaleToken } from '../page/stale-forms.js'

/** Setting a new password by a link from the operator. */
export function resetPages({
  clock,
  forms,
  people,
  resets,
  limits,
}: Pick<Context, 'clock' | 'forms' | 'people' | 'resets' | 'limits'>): Route[] {
  const repeats = new FormRepeats({ clock, forms, name: 'reset', outcome: z.void() })

  async function show(
    request: Request,
    response: Response,
    status: number,
    errors: readonly FormError[],
  ): Promise<void> {
    const { t } = contextOf(request)
    const token = pathParameter(request, 'token')
    const heading = formHeading(t, 'reset.title', errors)
    if (await resets.isGood(token)) sendPage(request, response, status, 'reset', { heading, errors, values: {}, token })
    else showGone(request, response)
  }

  function showGone(request: Request, response: Response): void {
    const { t } = contextOf(request)
    sendPage(request, response, 404, 'notice', { heading: t('reset.gone'), message: t('reset.goneHint') })
  }

  const reset: Route['handle'] = async (request, response) => {
    try {
      await repeats.once(request, async () => {
        await refuseOver(limits.authAddress, addressKey(request.ip))
        await resets.use(pathParameter(request, 'token'), ({ userId, generation }) =>
          people.resetPassword(userId, generation, formField(request, 'newPassword')),
        )
      })
      response.redirect(303, '/login?done=reset')
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      if (error.code === 'not_found' || error.code === 'conflict') return showGone(request, response)
      setRetryAfter(response, error)
      await show(request, response, httpStatusOf(error), formErrors(error, contextOf(request).t))
    }
  }

  const onStale = onStaleToken((request, response) =>
    show(request, response, 403, [{ field: null, text: contextOf(request).t('form.stale') }]),
  )

  return [
    {
      method: 'get',
      path: '/reset/:token',
      access: 'guest',
      handle: (request, response) => show(request, response, 200, []),
    },
    { method: 'post', path: '/reset/:token', access: 'guest', repeats, handle: reset, onError: [onStale] },
  ]
}
