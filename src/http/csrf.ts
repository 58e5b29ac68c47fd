import type { IncomingMessage } from 'node:http'
import csurf from 'csurf'
import type { Request, RequestHandler } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Config } from '../config.js'
import { formField } from './request.js'
import { isHttps } from './sessions.js'

/** The CSRF token of a request, '' if it brings none. */
export const readToken = (request: Request): string => formField(request, '_csrf') || (request.get('csrf-token') ?? '')

/** The name of the cookie that keeps the secret of tokens before log-in. */
export function csrfCookieName(config: Pick<Config, 'publicUrl'>): string {
  return isHttps(config) ? '__Host-csrf' : 'csrf'
}

/**
 * Asks for a token on every form. Its secret lives in the session of whoever is logged in, and else in a cookie of its own,
 * so that a visit makes no session.
 */
export function csrfProtection(config: Config): RequestHandler {
  const secure = isHttps(config)
  const key = csrfCookieName(config)
  const before = csurf({ cookie: { key, httpOnly: true, sameSite: 'lax', secure, path: '/' }, value: readToken })
  const after = csurf({ value: readToken })
  return (request, response, next) => (request.account ? after : before)(request, response, next)
}

/** Whether csurf refused the token of a request. */
export function isStaleToken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN'
}

/** Makes the check whether a request comes from a page of ours. One without an Origin passes: no page sent it. */
export function originCheck(config: Pick<Config, 'publicUrl'>): (request: IncomingMessage) => boolean {
  return ({ headers: { origin, host } }) => {
    if (origin === undefined) return true
    if (config.publicUrl) return origin === config.publicUrl.origin
    return URL.canParse(origin) && new URL(origin).host === host
  }
}

/** Refuses what a page of another site posts. */
export function refuseForeignOrigin(isOurs: (request: IncomingMessage) => boolean): RequestHandler {
  return (request, _response, next) => {
    const isSafe = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
    next(isSafe || isOurs(request) ? undefined : new ChatError('forbidden'))
  }
}
