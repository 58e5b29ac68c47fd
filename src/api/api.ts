import cors from 'cors'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Context } from '../context.js'
import { createRouter, notFound, type Route } from '../http/routes.js'
import { parseOrigin } from '../origin.js'
import { apiGuards } from './access.js'
import { accountEndpoints } from './accounts.js'
import { routeOf } from './endpoint.js'
import { imageEndpoints } from './images.js'
import { messageEndpoints } from './messages.js'
import { describeApi, type OpenApi } from './openapi.js'
import { peopleEndpoints } from './people.js'
import { problemAnswers } from './problems.js'
import { roomEndpoints } from './rooms.js'
import { statsEndpoints } from './stats.js'

/** Where the API is mounted. */
export const apiPath = '/api'

const preflightSeconds = 600

/** Whether CORS_ORIGIN has the origin of a page. */
type IsAllowed = (origin: string | undefined) => boolean

/** Shows the description as a page. */
export type ShowDocs = (describe: () => OpenApi) => (request: Request, response: Response) => void

/** The API, to be mounted at `apiPath`. */
export function createApi(context: Context, showDocs: ShowDocs): Router {
  const { config, log, isOurOrigin } = context
  const isAllowed = (origin = '') => config.corsOrigins.includes(parseOrigin(origin)?.origin ?? '')
  const endpoints = [
    ...accountEndpoints(context),
    ...peopleEndpoints(context),
    ...roomEndpoints(context),
    ...messageEndpoints(context),
    ...imageEndpoints(context),
    ...statsEndpoints(context),
  ]
  // Made at the first request: it takes megabytes.
  const describe = once(() => describeApi(endpoints, context.sessions.cookieName))
  const describeAsText = once(() => JSON.stringify(describe()))
  const descriptions: Route[] = [
    {
      method: 'get',
      path: '/openapi.json',
      access: 'anyone',
      limit: 'none',
      handle: (_request, response) => void response.type('json').send(describeAsText()),
    },
    { method: 'get', path: '/docs', access: 'anyone', limit: 'none', handle: showDocs(describe) },
  ]
  const router = Router()
  router.use(refuseForeign(isOurOrigin, isAllowed), allowOrigins(isAllowed))
  router.use(createRouter([...endpoints.map(routeOf), ...descriptions], apiGuards(context), apiPath))
  router.use(notFound)
  router.use(problemAnswers(log, config.messageMaxLength))
  return router
}

function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Refuses pages of other sites, even if they only read: CORS_ORIGIN says from where the API may be called. */
function refuseForeign(isOurs: (request: Request) => boolean, isAllowed: IsAllowed): RequestHandler {
  return (request, _response, next) => {
    const isWelcome = isAllowed(request.get('origin')) || isOurs(request)
    next(isWelcome ? undefined : new ChatError('forbidden'))
  }
}

function allowOrigins(isAllowed: IsAllowed): RequestHandler {
  return cors({
    origin: (origin, answer) => answer(null, origin !== undefined && isAllowed(origin) ? [origin] : []),
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'If-None-Match'],
    exposedHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
    maxAge: preflightSeconds,
  })
}
