import type { IncomingMessage } from 'node:http'
import csurf from 'csurf'
import type { Request, RequestHandler } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Config } from '../config.js'
import { formField } from './request.js'
import { isHttps } from './sessions.js'

/** The token that a request brings; '' for none. */
export const readToken = (request: Request): string => formField(request, '_csrf') || (request.get('csrf-token') ?? '')

/**
 * Asks for a token on every form. Once somebody is logged in its secret lives in the session; before, in a cookie of its
 * own, so that a mere visit makes no session.
 */
export function csrfProtection(config: Config): RequestHandler {
  const secure = isHttps(config)
  const key = secure ? '__Host-csrf' : 'csrf'
  const before = csurf({ cookie: { key, httpOnly: true, sameSite: 'lax', secure, path: '/' }, value: readToken })
  const after = csurf({ value: readToken })
  return (request, response, next) => (request.account ? after : before)(request, response, next)
}

/** Whether csurf refused the token of a request. */
export function isStaleToken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN'
}

/** Tells whether a request comes from a page of ours; one without an Origin is no page's. */
export function originCheck(config: Pick<Config, 'publicUrl'>): (request: IncomingMessage) => boolean {
  return ({ headers: { origin, host } }) => {
    if (origin === undefined) return true
    if (config.publicUrl) return origin === config.publicUrl.origin
    return URL.canParse(origin) && new URL(origin).host === host
  }
}

/** Refuses what another site's page posts. */
export function refuseForeignOrigin(isOurs: (request: IncomingMessage) => boolean): RequestHandler {
  return (request, _response, next) => {
    const isSafe = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
    next(isSafe || isOurs(request) ? undefined : new ChatError('forbidden'))
  }
}
