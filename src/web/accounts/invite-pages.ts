import type { Request, Response } from 'express'
import { inviteLifetimeMs, invitesPerMember } from '../../accounts/admission.js'
import type { OneTimeLink } from '../../accounts/one-time-links.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { accountOf } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { refuseOver } from '../../limits.js'
import { contextOf, sendPage } from '../page/pages.js'

/** Making invites, where members may. */
export function invitePages({
  config: { publicUrl },
  admission,
  limits,
}: Pick<Context, 'config' | 'admission' | 'limits'>): Route[] {
  function show(request: Request, response: Response, made: OneTimeLink | null): void {
    if (!admission.isByMembers) throw new ChatError('not_found')
    const { times } = contextOf(request)
    const origin = publicUrl?.origin ?? `${request.protocol}://${request.get('host')}`
    sendPage(request, response, 200, 'invites', {
      link: made && `${origin}/register?invite=${made.token}`,
      lifetime: times.length(inviteLifetimeMs),
      count: admission.countOf(accountOf(request).id),
      most: invitesPerMember,
    })
  }

  // The link is shown only in this answer: the server keeps no more than its hash.
  const make: Route['handle'] = (request, response) => {
    const { id } = accountOf(request)
    refuseOver(limits.accountChanges, id)
    show(request, response, admission.inviteBy(id))
  }

  return [
    { method: 'get', path: '/invites', handle: (request, response) => show(request, response, null) },
    { method: 'post', path: '/invites', formPage: '/invites', handle: make },
  ]
}
