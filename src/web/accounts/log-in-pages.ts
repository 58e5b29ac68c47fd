import type { Request } from 'express'
import { z } from 'zod'
import { demoPassword, demoPeople } from '../../accounts/demo-accounts.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOutcome, FormRepeats } from '../../http/form-repeats.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { bringsEndedSession, formField, queryText, safeNext } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import type { SentenceKey } from '../../rendering/sentences.js'
import { formErrors, formHeading } from '../page/forms.js'
import { contextOf, type FormError, sendPage } from '../page/pages.js'
import { onStaleToken } from '../page/stale-forms.js'
import { takeDeletionMark } from './deletion-mark.js'

/** What is said of what has just been done, by the address to which that leads. */
const notices = new Map<string, SentenceKey>([
  ['deleted', 'login.deleted'],
  ['everywhere', 'login.everywhere'],
  ['reset', 'login.reset'],
])

/** Logging in and out. */
export function logInPages({
  config,
  cookieNames,
  clock,
  forms,
  people,
  admission,
  gate,
  sessions,
}: Pick<
  Context,
  'config' | 'cookieNames' | 'clock' | 'forms' | 'people' | 'admission' | 'gate' | 'sessions'
>): Route[] {
  // A log-in may be done twice; but one try of a password must not count as two.
  const repeats = FormRepeats.ofAccounts(people, {
    clock,
    forms,
    name: 'log-in',
    outcome: accountOutcome,
    rememberedMs: 0,
  })
  const logOutRepeats = new FormRepeats({ clock, forms, name: 'log-out', outcome: z.void(), endsSession: true })
  const canRegister = admission.registration !== 'closed'
  const [first, second] = demoPeople

  const showLogin = (
    request: Request,
    values: { email: string; next: string },
    errors: readonly FormError[],
    isDeleted = false,
  ) => {
    const { t, times } = contextOf(request)
    return {
      heading: formHeading(t, 'login.title', errors),
      notice: errors.length === 0 ? noticeOf(request, values.next) : '',
      // Of a deleted account, or a session that was ended elsewhere: the browser has to forget what was not sent.
      mustForget: isDeleted || bringsEndedSession(request),
      values,
      errors,
      next: values.next,
      nextQuery: values.next ? `?next=${encodeURIComponent(values.next)}` : '',
      canRegister,
      lifetime: times.length(config.messageTtlMs),
      demo: config.demoUsers && { first: first.email, second: second.email, password: demoPassword },
    }
  }

  /** What is shown above the log-in: why one must log in, or what has just been done. */
  function noticeOf(request: Request, next: string): string {
    const { t } = contextOf(request)
    const done = notices.get(queryText(request, 'done')) ?? (next ? 'login.ended' : null)
    return done === null ? '' : t(done)
  }

  const show: Route['handle'] = (request, response) => {
    const next = safeNext(queryText(request, 'next'))
    if (request.account) return response.redirect(303, next || '/chats')
    const isDeleted = takeDeletionMark(request, response, { config, cookieNames })
    sendPage(request, response, 200, 'login', showLogin(request, { email: '', next }, [], isDeleted))
  }

  const logIn: Route['handle'] = async (request, response) => {
    const values = { email: formField(request, 'email'), next: safeNext(formField(request, 'next')) }
    const { t } = contextOf(request)
    try {
      const visitor = { address: request.ip }
      const work = async () => {
        const { id, generation } = await gate.logIn(request.body, visitor)
        return { id, generation }
      }
      const account = await repeats.once(request, work, () => gate.countRepeat(visitor))
      await sessions.begin(request, account, formField(request, 'zone'))
      response.redirect(303, values.next || '/chats')
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      const isWrong = error.code === 'unauthenticated'
      const errors = isWrong ? [{ field: 'email', text: t('login.failed') }] : formErrors(error, t)
      setRetryAfter(response, error)
      sendPage(request, response, isWrong ? 422 : httpStatusOf(error), 'login', showLogin(request, values, errors))
    }
  }

  const onStale = onStaleToken((request, response) => {
    const values = { email: formField(request, 'email'), next: safeNext(formField(request, 'next')) }
    const errors = [{ field: null, text: contextOf(request).t('form.stale') }]
    sendPage(request, response, 403, 'login', showLogin(request, values, errors))
  })

  const logOut: Route['handle'] = async (request, response) => {
    await logOutRepeats.once(request, () => sessions.end(request))
    response.redirect(303, '/login')
  }

  return [
    { method: 'get', path: '/login', access: 'guest', handle: show },
    { method: 'post', path: '/login', access: 'guest', repeats, handle: logIn, onError: [onStale] },
    { method: 'post', path: '/logout', repeats: logOutRepeats, handle: logOut },
  ]
}
