import cors from 'cors'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Context } from '../context.js'
import { createRouter, notFound, type Route } from '../http/routes.js'
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

/** Shows the description as a page. */
export type ShowDocs = (describe: () => OpenApi) => (request: Request, response: Response) => void

/** The API, to be mounted at `apiPath`. */
export function createApi(context: Context, showDocs: ShowDocs): Router {
  const { config, log, isOurOrigin } = context
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
  router.use(refuseForeign(isOurOrigin, config.corsOrigins), allowOrigins(config.corsOrigins))
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
function refuseForeign(isOurs: (request: Request) => boolean, allowed: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const isWelcome = isOurs(request) || allowed.includes(request.get('origin') ?? '')
    next(isWelcome ? undefined : new ChatError('forbidden'))
  }
}

function allowOrigins(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'If-None-Match'],
    exposedHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
    maxAge: preflightSeconds,
  })
}
