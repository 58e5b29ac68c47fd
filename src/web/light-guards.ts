import type { RequestHandler } from 'express'
import { ChatError } from '../chat/errors.js'
import type { RouteGuards } from '../http/routes.js'
import type { Sessions } from '../http/sessions.js'

/** What the guards of light requests need. */
export interface LightContext {
  readonly sessions: Pick<Sessions, 'findAccount'>
  readonly countLight: RequestHandler
}

/** Guards what a browser asks for by itself: requests of members are counted, but do not prolong their sessions. */
export function lightGuards({ sessions, countLight }: LightContext): RouteGuards {
  const count = [sessions.findAccount, countLight]
  return {
    accepts: ({ method, access, limit }) =>
      method === 'get' && (access === 'anyone' || access === 'member') && limit === 'lightRequests',
    before: ({ access }) => (access === 'member' ? [...count, refuseStranger] : count),
    beforeRefusal: count,
  }
}

const refuseStranger: RequestHandler = (request, _response, next) => {
  if (!request.account) throw new ChatError('unauthenticated')
  next()
}
