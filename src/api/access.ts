import express, { type RequestHandler, type Response } from 'express'
import { looksSigned } from '../accounts/tokens.js'
import { bearerOf } from '../bearer.js'
import { ChatError } from '../chat/errors.js'
import type { Context } from '../context.js'
import { type Parser, readBody } from '../http/body-readers.js'
import { accountOf } from '../http/request.js'
import type { Access, DeclaredRoute, RouteGuards } from '../http/routes.js'
import { bringsToken } from '../http/token-identity.js'
import { refuseOver } from '../limits.js'
import type { LimitResult, RateLimit } from '../rate-limit.js'

/** Room for the JSON around a message, and for a message in which every character is escaped. */
const bytesPerUnit = 6
const overheadBytes = 65_536

type GuardBasis = Pick<
  Context,
  | 'config'
  | 'tokens'
  | 'sessions'
  | 'csrf'
  | 'isOurOrigin'
  | 'limits'
  | 'countLight'
  | 'checkOperator'
  | 'strangerBodies'
  | 'memberBodies'
>

/**
 * The guards of the API. A member comes in by a token, or as a page of ours by the session's cookie and, to change anything,
 * with its CSRF token; the operator by theirs.
 */
export function apiGuards(context: GuardBasis): RouteGuards {
  const { config, sessions, csrf, isOurOrigin } = context
  /** Ignores cookies beside a token, and those that a page of another site brings: it may call with a token only. */
  const withCookie = (handler: RequestHandler): RequestHandler => {
    return (request, response, next) =>
      bringsToken(request) || !isOurOrigin(request) ? next() : handler(request, response, next)
  }
  const limit = bytesPerUnit * config.messageMaxLength + overheadBytes
  const parserOf: Parser = most => express.json({ limit: most, inflate: false })
  const bodyOf = ({ access, body }: DeclaredRoute): readonly RequestHandler[] => {
    if (body) return [only('multipart/form-data'), body.multipart]
    return [only('application/json'), ...readBody(context, access, parserOf, limit), objectOnly]
  }
  const identify = (takesOperator: boolean) => [
    readToken(context, takesOperator),
    withCookie(sessions.middleware),
    withCookie(sessions.loadAccount),
  ]
  return {
    // The limits for log-ins and registrations count the requests of guests.
    accepts: ({ access, limit }) => access !== 'operator' && (limit === 'none') === isForStrangers(access),
    findAgain: [readToken(context, false), withCookie(sessions.findAccount)],
    beforeRefusal: identify(false),
    refuseStranger: memberOnly,
    before(route) {
      if (route.access === 'anyone') return []
      if (route.access === 'guest') return bodyOf(route)
      return [
        ...identify(route.access === 'member or operator'),
        unlessOperator(memberOnly),
        unlessOperator(countMember(context, route.limit)),
        ...(route.needsToken ? [withCookie(csrf)] : []),
        ...bodyOf(route),
      ]
    },
  }
}

/** Finds who asks by their token. `takesOperator`: it may also be the operator's. */
function readToken({ tokens, checkOperator }: GuardBasis, takesOperator: boolean): RequestHandler {
  return async (request, _response, next) => {
    const token = bearerOf(request.headers.authorization)
    const verified = token === null ? null : await tokens.verify(token)
    request.account = verified?.account ?? null
    request.isOperator = false
    // An expired token of a member must not count as a wrong token of the operator.
    if (takesOperator && checkOperator && token !== null && !verified && !looksSigned(token)) {
      await checkOperator(request)
      request.isOperator = true
    }
    next()
  }
}

function isForStrangers(access: Access): boolean {
  return access === 'anyone' || access === 'guest'
}

function unlessOperator(handler: RequestHandler): RequestHandler {
  return (request, response, next) => (request.isOperator ? next() : handler(request, response, next))
}

const memberOnly: RequestHandler = (request, _response, next) => {
  next(request.account ? undefined : new ChatError('unauthenticated'))
}

/** Counts a request by the limit of the API, and by that on all that its person asks for. */
function countMember({ limits, countLight }: GuardBasis, limit: DeclaredRoute['limit']): RequestHandler {
  return async (request, response, next) => {
    const { id } = accountOf(request)
    await refuseOver(limits.api, id, result => showLimit(response, limits.api, result))
    if (limit === 'lightRequests') countLight(request, response, next)
    else {
      await refuseOver(limits.requests, id)
      next()
    }
  }
}

function only(media: string): RequestHandler {
  return (request, _response, next) => {
    const isEmpty = request.get('transfer-encoding') === undefined && Number(request.get('content-length') ?? 0) === 0
    next(isEmpty || request.is(media) ? undefined : new ChatError('unsupported_media_type'))
  }
}

const objectOnly: RequestHandler = (request, _response, next) => {
  next(Array.isArray(request.body) ? new ChatError('bad_request') : undefined)
}

/** Tells the state of a limit in the RateLimit header fields of the IETF draft (version 8). */
export function showLimit(response: Response, { name, limit, windowMs }: RateLimit, result: LimitResult): void {
  const secondsLeft = Math.max(0, Math.ceil(result.resetAfterMs / 1000))
  response.set('RateLimit-Policy', `"${name}";q=${limit};w=${windowMs / 1000}`)
  response.set('RateLimit', `"${name}";r=${result.remaining};t=${secondsLeft}`)
}
