import type { Request, RequestHandler, Response } from 'express'
import { looksSigned, type Tokens } from '../accounts/tokens.js'
import { bearerOf } from '../bearer.js'
import { ChatError } from '../chat/errors.js'
import type { CheckOperator } from '../http/operator-token.js'
import { accountOf } from '../http/request.js'
import type { Sessions } from '../http/sessions.js'
import type { Limit, LimitResult } from '../limit.js'
import { type Limits, refuseOver } from '../limits.js'
import { bringsToken } from './token-identity.js'

export interface AccessDeps {
  readonly tokens: Tokens
  readonly sessions: Pick<Sessions, 'middleware' | 'loadAccount'>
  readonly csrf: RequestHandler
  readonly isOurOrigin: (request: Request) => boolean
  readonly limits: Pick<Limits, 'api' | 'requests'>
  /** Counts what is asked for as parts of a page are; see `limitLight`. */
  readonly countLight: RequestHandler
}

/**
 * Lets in whoever brings a token, or a page of ours with the session's cookie and, to change anything, its CSRF token.
 * @param isLight whether it counts as parts of a page do, not as a request
 */
export function personOnly(deps: AccessDeps, isLight: boolean): RequestHandler[] {
  return access(deps, isLight, null)
}

/** Lets in the operator by their token, where there is one, and others as `personOnly` does. */
export function personOrOperator(deps: AccessDeps, checkOperator: CheckOperator | null): RequestHandler[] {
  return access(deps, false, checkOperator)
}

function access(deps: AccessDeps, isLight: boolean, checkOperator: CheckOperator | null): RequestHandler[] {
  const { tokens, sessions, csrf, isOurOrigin, limits } = deps
  /** With a token no cookie counts; nor does one for another site, though it may call with a token. */
  const withCookie = (handler: RequestHandler): RequestHandler => {
    return (request, response, next) =>
      bringsToken(request) || !isOurOrigin(request) ? next() : handler(request, response, next)
  }
  const withToken: RequestHandler = async (request, _response, next) => {
    const token = bearerOf(request.headers.authorization)
    const verified = token === null ? null : await tokens.verify(token)
    request.account = verified?.account ?? null
    request.isOperator = false
    // A program whose token is over must not use up the tries at the operator's.
    if (checkOperator && token !== null && !verified && !looksSigned(token)) {
      checkOperator(request)
      request.isOperator = true
    }
    next()
  }
  const unlessOperator = (handler: RequestHandler): RequestHandler => {
    return (request, response, next) => (request.isOperator ? next() : handler(request, response, next))
  }
  const count: RequestHandler = (request, response, next) => {
    const { id } = accountOf(request)
    refuseOver(limits.api, id, result => showLimit(response, limits.api, result))
    if (isLight) deps.countLight(request, response, next)
    else {
      refuseOver(limits.requests, id)
      next()
    }
  }
  return [
    withToken,
    withCookie(sessions.middleware),
    withCookie(sessions.loadAccount),
    unlessOperator((request, _response, next) => next(request.account ? undefined : new ChatError('unauthenticated'))),
    unlessOperator(count),
    withCookie(csrf),
  ]
}

/** Says how far a limit has got, in the header fields that the IETF drafts (draft 8). */
export function showLimit(response: Response, { name, limit, windowMs }: Limit, result: LimitResult): void {
  const secondsLeft = Math.max(0, Math.ceil(result.resetAfterMs / 1000))
  response.set('RateLimit-Policy', `"${name}";q=${limit};w=${windowMs / 1000}`)
  response.set('RateLimit', `"${name}";r=${result.remaining};t=${secondsLeft}`)
}
