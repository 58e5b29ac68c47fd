import type { Request, Response } from 'express'
import { z } from 'zod'
import { inviteLifetimeMs, invitesPerMember } from '../../accounts/admission.js'
import type { OneTimeLink } from '../../accounts/one-time-links.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { FormRepeats } from '../../http/form-repeats.js'
import { ownOrigin } from '../../http/own-origin.js'
import { accountOf } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { refuseOver } from '../../limits.js'
import { contextOf, sendPage } from '../page/pages.js'

const linkOutcome = z.object({ token: z.string(), expiresAt: z.number() })

/** Making invites, where members may. */
export function invitePages({
  config,
  clock,
  forms,
  admission,
  limits,
}: Pick<Context, 'config' | 'clock' | 'forms' | 'admission' | 'limits'>): Route[] {
  // The page with the new link has the form once more, to make another.
  const repeats = new FormRepeats({ clock, forms, name: 'invite', outcome: linkOutcome, isOfOnePage: true })

  async function show(request: Request, response: Response, made: OneTimeLink | null): Promise<void> {
    if (!admission.isByMembers) throw new ChatError('not_found')
    const { times } = contextOf(request)
    sendPage(request, response, 200, 'invites', {
      link: made && `${ownOrigin(request, config)}/register?invite=${made.token}`,
      lifetime: times.length(inviteLifetimeMs),
      count: await admission.countOf(accountOf(request).id),
      most: invitesPerMember,
    })
  }

  // The link is shown only in this answer, and in that to a repeat: after a minute the server keeps no more than its hash.
  const make: Route['handle'] = async (request, response) => {
    const { id } = accountOf(request)
    await refuseOver(limits.accountChanges, id)
    const made = await repeats.once(request, () => admission.inviteBy(id))
    await show(request, response, made)
  }

  return [
    { method: 'get', path: '/invites', handle: (request, response) => show(request, response, null) },
    { method: 'post', path: '/invites', formPage: '/invites', repeats, handle: make },
  ]
}
