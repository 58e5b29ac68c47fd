import { z } from 'zod'
import { digestSession } from '../../accounts/device.js'
import type { Context } from '../../context.js'
import { accountOutcome, FormRepeats } from '../../http/form-repeats.js'
import { accountOf, formField } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { viewDevices } from '../../rendering/device-view.js'
import { contextOf } from '../page/pages.js'
import { markDeletion } from './deletion-mark.js'
import { type SettingsContext, settingsPage } from './settings-page.js'

/** The page of the account itself: a plain form each for its password, its other devices and its end. */
export function accountPages({
  clock,
  forms,
  people,
  admission,
  sessions,
  guard,
  rooms,
  chatPage,
  ...names
}: SettingsContext &
  Pick<Context, 'clock' | 'forms' | 'admission' | 'sessions' | 'guard' | 'config' | 'cookieNames'>): Route[] {
  const ending = { clock, forms, endsSession: true }
  const outcome = accountOutcome.extend({ zone: z.string() })
  const passwordRepeats = FormRepeats.ofAccounts(people, { ...ending, name: 'password', outcome })
  const removalRepeats = new FormRepeats({ ...ending, name: 'removal', outcome: z.void() })
  const everywhereRepeats = new FormRepeats({ ...ending, name: 'everywhere', outcome: z.void() })
  const { routes, form, answering } = settingsPage({ people, rooms, chatPage }, 'account', request => {
    const now = clock.wallTimeOf(clock.now())
    const here = digestSession(request.sessionID)
    return {
      hasInvites: admission.isByMembers,
      devices: viewDevices(accountOf(request).devices, here, now, contextOf(request)),
    }
  })

  const changePassword = answering(async (request, response) => {
    const changed = await passwordRepeats.once(request, async () => {
      const zone = request.session.zone ?? ''
      const { id, email } = accountOf(request)
      const [current, wanted] = [formField(request, 'currentPassword'), formField(request, 'newPassword')]
      const account = await guard({ email, address: request.ip }, () => people.changePassword(id, current, wanted))
      return { id, generation: account.generation, zone }
    })
    // Changing the password has ended every session, this one too: it goes on under a new id.
    await sessions.begin(request, changed, changed.zone)
    response.redirect(303, '/settings/account?done=password')
  })

  const endEverywhere = answering(async (request, response) => {
    await everywhereRepeats.once(request, async () => {
      await people.endSessionsEverywhere(accountOf(request).id)
    })
    await sessions.end(request)
    response.redirect(303, '/login?done=everywhere')
  })

  const remove = answering(async (request, response) => {
    await removalRepeats.once(request, () => {
      const { id, email } = accountOf(request)
      return guard({ email, address: request.ip }, () => people.remove(id, formField(request, 'password')))
    })
    await sessions.end(request)
    markDeletion(response, names)
    response.redirect(303, '/login?done=deleted')
  })

  return [
    ...routes,
    { ...form, path: '/settings/password', repeats: passwordRepeats, handle: changePassword },
    { ...form, path: '/settings/sessions', repeats: everywhereRepeats, handle: endEverywhere },
    { ...form, path: '/settings/delete', repeats: removalRepeats, handle: remove },
  ]
}
