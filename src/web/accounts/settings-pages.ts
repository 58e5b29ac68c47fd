import type { Request } from 'express'
import { canonicalTimeZone } from '../../accounts/time-zone.js'
import type { Context } from '../../context.js'
import { accountOf, formField } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { viewSettings, zoneHint } from '../../rendering/settings-view.js'
import { contextOf } from '../page/pages.js'
import { type SettingsContext, settingsPage } from './settings-page.js'

/** The pages with what a person may set, except for that of the account itself. */
export function settingsPages({ pushKey, ...context }: SettingsContext & Pick<Context, 'pushKey'>): Route[] {
  const viewChoices = (request: Request) => viewSettings(accountOf(request).settings, contextOf(request).t)

  const general = settingsPage(context, 'general', request => ({
    ...viewChoices(request),
    zoneHint: zoneHint(request.session.zone ?? null, contextOf(request).t),
  }))
  const notifications = settingsPage(context, 'notifications', request => ({ ...viewChoices(request), pushKey }))
  const privacy = settingsPage(context, 'privacy', async request => {
    const blocked = await context.people.findMany(accountOf(request).blocked)
    return { blocked: [...blocked.values()].map(({ id, username }) => ({ id, name: username })) }
  })
  const accessibility = settingsPage(context, 'accessibility', viewChoices)

  /** Has a page whose browser is in another zone now loaded again, so that its times are in that zone. */
  const tellZone: Route['handle'] = (request, response) => {
    const zone = canonicalTimeZone(formField(request, 'zone'))
    if (zone !== null && zone !== request.session.zone) {
      request.session.zone = zone
      response.set('HX-Refresh', 'true')
    }
    response.status(204).end()
  }

  return [
    ...[general, notifications, privacy, accessibility].flatMap(({ routes }) => routes),
    { ...general.form, path: '/settings/zone', limit: 'lightRequests', handle: tellZone },
  ]
}
