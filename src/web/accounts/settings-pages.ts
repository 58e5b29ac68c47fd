import type { Request, Response } from 'express'
import type { AccountState } from '../../accounts/account.js'
import { parseInput } from '../../accounts/account-input.js'
import { type AccountSettings, settingsSchema } from '../../accounts/settings.js'
import { canonicalTimeZone } from '../../accounts/time-zone.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { FormRepeats } from '../../http/form-repeats.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { accountOf, formField, formFields } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { viewSettings, zoneHint } from '../../rendering/settings-view.js'
import { formErrors, formHeading } from '../page/forms.js'
import { contextOf, type FormError, sendPage } from '../page/pages.js'
import { onStaleToken } from '../page/stale-forms.js'
import { markDeletion } from './deletion-mark.js'

const notices = new Map([
  ['saved', 'settings.saved'],
  ['password', 'settings.passwordSaved'],
  ['unblocked', 'settings.unblocked'],
] as const)

/** One page with a plain form for each thing that a person can change about their account. */
export function settingsPages({
  clock,
  people,
  admission,
  sessions,
  guard,
  ...names
}: Pick<Context, 'clock' | 'people' | 'admission' | 'sessions' | 'guard' | 'config' | 'cookieNames'>): Route[] {
  const ending = { clock, endsSession: true }
  const passwordRepeats = FormRepeats.ofAccounts<AccountState & { readonly zone: string }>(people, ending)
  const removalRepeats = new FormRepeats<void>(ending)
  const everywhereRepeats = new FormRepeats<void>(ending)

  async function show(
    request: Request,
    response: Response,
    status: number,
    errors: readonly FormError[],
  ): Promise<void> {
    const { t } = contextOf(request)
    const account = accountOf(request)
    const done = [...notices].find(([name]) => name === request.query.done)?.[1]
    sendPage(request, response, status, 'settings', {
      heading: formHeading(t, 'settings.title', errors),
      notice: done && errors.length === 0 ? t(done) : '',
      errors,
      values: {},
      hasInvites: admission.isByMembers,
      blocked: [...(await people.findMany(account.blocked)).values()].map(({ id, username }) => ({
        id,
        name: username,
      })),
      account: { name: account.username, email: account.email },
      ...viewSettings(account.settings, t),
      zoneHint: zoneHint(request.session.zone ?? null, t),
    })
  }

  /** Renders the page again with the errors. */
  function handle(work: (request: Request, response: Response) => Promise<void>): Route['handle'] {
    return async (request, response) => {
      try {
        await work(request, response)
      } catch (error) {
        if (!(error instanceof ChatError)) throw error
        setRetryAfter(response, error)
        await show(request, response, httpStatusOf(error), formErrors(error, contextOf(request).t))
      }
    }
  }

  const save = handle(async (request, response) => {
    const { id, settings } = accountOf(request)
    await people.changeSettings(id, readSettings(request, settings))
    response.redirect(303, '/settings?done=saved')
  })

  const changePassword = handle(async (request, response) => {
    const changed = await passwordRepeats.once(request, async () => {
      const zone = request.session.zone ?? ''
      const { id, email } = accountOf(request)
      const [current, wanted] = [formField(request, 'currentPassword'), formField(request, 'newPassword')]
      const account = await guard({ email, address: request.ip }, () => people.changePassword(id, current, wanted))
      return { id, generation: account.generation, zone }
    })
    // Changing the password has ended every session, this one too: it goes on under a new id.
    await sessions.begin(request, changed, changed.zone)
    response.redirect(303, '/settings?done=password')
  })

  /** Has a page whose browser is in another zone now loaded again, so that its times are in that zone. */
  const tellZone: Route['handle'] = (request, response) => {
    const zone = canonicalTimeZone(formField(request, 'zone'))
    if (zone !== null && zone !== request.session.zone) {
      request.session.zone = zone
      response.set('HX-Refresh', 'true')
    }
    response.status(204).end()
  }

  const endEverywhere = handle(async (request, response) => {
    await everywhereRepeats.once(request, async () => {
      await people.endSessionsEverywhere(accountOf(request).id)
    })
    await sessions.end(request)
    response.redirect(303, '/login?done=everywhere')
  })

  const remove = handle(async (request, response) => {
    await removalRepeats.once(request, () => {
      const { id, email } = accountOf(request)
      return guard({ email, address: request.ip }, () => people.remove(id, formField(request, 'password')))
    })
    await sessions.end(request)
    markDeletion(response, names)
    response.redirect(303, '/login?done=deleted')
  })

  const onStale = onStaleToken((request, response) =>
    show(request, response, 403, [{ field: null, text: contextOf(request).t('form.stale') }]),
  )
  const formOfPage = { method: 'post', formPage: '/settings', onError: [onStale] } as const

  return [
    { method: 'get', path: '/settings', handle: (request, response) => show(request, response, 200, []) },
    { ...formOfPage, path: '/settings', handle: save },
    { ...formOfPage, path: '/settings/password', repeats: passwordRepeats, handle: changePassword },
    { ...formOfPage, path: '/settings/sessions', repeats: everywhereRepeats, handle: endEverywhere },
    { ...formOfPage, path: '/settings/zone', limit: 'lightRequests', handle: tellZone },
    { ...formOfPage, path: '/settings/delete', repeats: removalRepeats, handle: remove },
  ]
}

/** The settings with the fields that a form has; all others stay as they are. An empty zone means the browser's. */
function readSettings(request: Request, current: AccountSettings): AccountSettings {
  const said = (name: keyof AccountSettings) => formField(request, name)
  const isSaid = (name: keyof AccountSettings) =>
    typeof request.body === 'object' && request.body !== null && name in request.body
  const checked = (name: 'announced' | 'sounds') => (isSaid(name) ? { [name]: formFields(request, name) } : {})
  return parseInput(settingsSchema, {
    ...current,
    ...(said('language') && { language: said('language') }),
    ...(said('textSize') && { textSize: said('textSize') }),
    ...checked('announced'),
    ...checked('sounds'),
    ...(said('notifies') && { notifies: said('notifies') === 'yes' }),
    ...(said('startsPaused') && { startsPaused: said('startsPaused') === 'yes' }),
    ...(said('theme') && { theme: said('theme') }),
    ...(isSaid('zone') && { zone: said('zone') || null }),
    ...(said('sendKey') && { sendKey: said('sendKey') }),
    ...(said('sendsReceipts') && { sendsReceipts: said('sendsReceipts') === 'yes' }),
    ...(said('sendsTyping') && { sendsTyping: said('sendsTyping') === 'yes' }),
    ...(said('refreshSeconds') && { refreshSeconds: Number(said('refreshSeconds')) }),
  })
}
