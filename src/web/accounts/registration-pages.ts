import type { Request, Response } from 'express'
import { ChatError, type ErrorCode } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOutcome, FormRepeats } from '../../http/form-repeats.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { bringsEndedSession, formField, queryText, safeNext } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { formErrors, formHeading } from '../page/forms.js'
import { contextOf, type FormError, sendPage } from '../page/pages.js'
import { onStaleToken } from '../page/stale-forms.js'

/** Creating an account. */
export function registrationPages({
  config: { messageTtlMs },
  clock,
  forms,
  people,
  gate,
  admission,
  sessions,
}: Pick<Context, 'config' | 'clock' | 'forms' | 'people' | 'gate' | 'admission' | 'sessions'>): Route[] {
  const repeats = FormRepeats.ofAccounts(people, { clock, forms, name: 'registration', outcome: accountOutcome })

  const view = async (request: Request, next: string, errors: readonly FormError[]) => ({
    heading: formHeading(contextOf(request).t, 'register.title', errors),
    mustForget: bringsEndedSession(request),
    values: { username: formField(request, 'username'), email: formField(request, 'email') },
    errors,
    next,
    invite: inviteOf(request),
    inviter: await inviterOf(request),
    lifetime: contextOf(request).times.length(messageTtlMs),
    nextQuery: next ? `?next=${encodeURIComponent(next)}` : '',
  })

  /** Explains why nobody can register this way. */
  function explain(request: Request, response: Response, refusal: ErrorCode): void {
    const { t } = contextOf(request)
    sendPage(request, response, 403, 'notice', {
      heading: t('register.title'),
      message: refusalSentence({ code: refusal }, t, 0),
    })
  }

  /** The name of the member who invites this visitor, '' if there is none. */
  async function inviterOf(request: Request): Promise<string> {
    const id = await admission.inviterOf(inviteOf(request))
    return (id && (await people.find(id))?.username) || ''
  }

  const show: Route['handle'] = async (request, response) => {
    if (request.account) return response.redirect(303, '/chats')
    const refusal = await admission.refusalOf(inviteOf(request))
    if (refusal !== null) return explain(request, response, refusal)
    const next = safeNext(queryText(request, 'next'))
    sendPage(request, response, 200, 'register', await view(request, next, []))
  }

  const register: Route['handle'] = async (request, response) => {
    const next = safeNext(formField(request, 'next'))
    try {
      const visitor = { address: request.ip }
      const work = async () => {
        const { id, generation } = await gate.register(request.body, visitor)
        return { id, generation }
      }
      const account = await repeats.once(request, work, () => gate.countRepeat(visitor))
      await sessions.begin(request, account, formField(request, 'zone'))
      response.redirect(303, next || '/chats')
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      const status = httpStatusOf(error)
      setRetryAfter(response, error)
      if (status === 403) return explain(request, response, error.code)
      const errors = formErrors(error, contextOf(request).t)
      sendPage(request, response, status, 'register', await view(request, next, errors))
    }
  }

  const onStale = onStaleToken(async (request, response) => {
    const errors = [{ field: null, text: contextOf(request).t('form.stale') }]
    sendPage(request, response, 403, 'register', await view(request, safeNext(formField(request, 'next')), errors))
  })

  return [
    { method: 'get', path: '/register', access: 'guest', handle: show },
    { method: 'post', path: '/register', access: 'guest', repeats, handle: register, onError: [onStale] },
  ]
}

/** The invite from the link, or from the form, which repeats it. */
function inviteOf(request: Request): string {
  const { invite } = request.query
  return typeof invite === 'string' ? invite : formField(request, 'invite')
}
