import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type Admission, inviteLifetimeMs, invitesPerMember } from '../accounts/admission.js'
import type { OneTimeLink } from '../accounts/one-time-links.js'
import { ChatError } from '../chat/errors.js'
import type { Config } from '../config.js'
import { accountOf } from '../http/request.js'
import { route } from '../http/routes.js'
import { type Limits, refuseOver } from '../limits.js'
import { contextOf, sendPage } from './pages.js'

export interface InvitePagesDeps {
  readonly admission: Admission
  readonly limits: Pick<Limits, 'accountChanges'>
  readonly publicUrl: Config['publicUrl']
}

/** Making invites, where members may. */
export function invitePages({ admission, limits, publicUrl }: InvitePagesDeps): { router: Router } {
  const router = Router()

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

  // The link is shown once, in the answer itself: nobody can ask for it again, not even the server.
  const make: RequestHandler = (request, response) => {
    const { id } = accountOf(request)
    refuseOver(limits.accountChanges, id)
    show(request, response, admission.inviteBy(id))
  }

  route(router, '/invites', { get: [(request, response) => show(request, response, null)], post: [make] })
  return { router }
}
