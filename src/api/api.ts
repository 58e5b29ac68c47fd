import cors from 'cors'
import express, { type Request, type RequestHandler, Router } from 'express'
import type { Logger } from 'pino'
import type { Engine } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { Config } from '../config.js'
import { type HeldBodies, strangerBodyLimit } from '../http/held-bodies.js'
import type { CheckOperator } from '../http/operator-token.js'
import { route } from '../http/routes.js'
import { notFound } from '../web/errors.js'
import { type AccessDeps, personOnly, personOrOperator } from './access.js'
import { type AccountEndpointsDeps, accountEndpoints } from './accounts.js'
import { apiDocs } from './docs-page.js'
import type { Endpoint } from './endpoint.js'
import { type ImageEndpointsDeps, imageEndpoints } from './images.js'
import { messageEndpoints } from './messages.js'
import { describeApi } from './openapi.js'
import { peopleEndpoints } from './people.js'
import { problemAnswers } from './problems.js'
import { type RoomEndpointsDeps, roomEndpoints } from './rooms.js'
import { statsEndpoints } from './stats.js'

export interface ApiDeps extends AccountEndpointsDeps, RoomEndpointsDeps, ImageEndpointsDeps, AccessDeps {
  readonly config: Config
  readonly log: Logger
  readonly engine: Engine
  readonly countConnections: () => number
  /** Throws for whoever does not bring the operator's token; null where there is none. */
  readonly checkOperator: CheckOperator | null
  readonly strangerBodies: HeldBodies
  readonly memberBodies: HeldBodies
  /** The name of the session's cookie, for the description. */
  readonly cookieName: string
}

/** Room for the JSON around a message whose every unit is escaped. */
const bytesPerUnit = 6
const smallestBodyLimit = 65_536
const preflightSeconds = 600

/** The JSON face of the chat, to be mounted at /api. */
export function createApi(deps: ApiDeps): Router {
  const { config, log } = deps
  const endpoints = [
    ...accountEndpoints(deps),
    ...peopleEndpoints(deps),
    ...roomEndpoints(deps),
    ...messageEndpoints(deps),
    ...imageEndpoints(deps),
    ...statsEndpoints(deps),
  ]
  // Made when it is first asked for: it costs a server that nobody asks megabytes.
  let described: { readonly json: string; readonly page: RequestHandler } | null = null
  const describe = () => {
    if (described) return described
    const openApi = describeApi(endpoints, deps.cookieName)
    described = { json: JSON.stringify(openApi), page: apiDocs(openApi) }
    return described
  }
  const accessTo = ({ access, isLight = false }: Endpoint): RequestHandler[] => {
    if (access === 'anyone') return []
    return access === 'person' ? personOnly(deps, isLight) : personOrOperator(deps, deps.checkOperator)
  }
  const limit = Math.max(smallestBodyLimit, bytesPerUnit * config.messageMaxLength + smallestBodyLimit)
  const jsonOf = (bodies: HeldBodies, most: number) =>
    bodies.reader(express.json({ limit: most, inflate: false }), most)
  const readShort = jsonOf(deps.strangerBodies, strangerBodyLimit)
  const readJson = jsonOf(deps.memberBodies, limit)
  const readInput = ({ form, path }: Endpoint) =>
    form
      ? [only('multipart/form-data'), form.read]
      : [only('application/json'), path.startsWith('/auth/') ? readShort : readJson, objectOnly]

  const router = Router()
  router.use(refuseForeign(deps.isOurOrigin, config.corsOrigins), allowOrigins(config.corsOrigins))
  for (const path of new Set(endpoints.map(endpoint => endpoint.path))) {
    const handlers: { get?: RequestHandler[]; post?: RequestHandler[] } = {}
    for (const endpoint of endpoints.filter(other => other.path === path)) {
      handlers[endpoint.method] = [...accessTo(endpoint), ...readInput(endpoint), answer(endpoint)]
    }
    route(router, path, handlers)
  }
  route(router, '/openapi.json', { get: [(_request, response) => void response.type('json').send(describe().json)] })
  route(router, '/docs', { get: [(request, response, next) => describe().page(request, response, next)] })
  router.use(notFound)
  router.use(problemAnswers(log, config.messageMaxLength))
  return router
}

function answer(endpoint: Endpoint): RequestHandler {
  return async (request, response) => {
    const { status, body, headers = {}, send } = await endpoint.handle(request)
    if (send) return send(response)
    response.status(status).set(headers)
    if (body === undefined) response.end()
    else response.json(body)
  }
}

/** Refuses pages of other sites, also where they only read: an API is called from where its owner says. */
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

/** Something of another kind was sent. */
class WrongMedia extends Error {
  readonly status = 415
}

function only(media: string): RequestHandler {
  return (request, _response, next) => {
    const isEmpty = request.get('transfer-encoding') === undefined && Number(request.get('content-length') ?? 0) === 0
    next(isEmpty || request.is(media) ? undefined : new WrongMedia())
  }
}

const objectOnly: RequestHandler = (request, _response, next) => {
  next(Array.isArray(request.body) ? new ChatError('bad_request') : undefined)
}
