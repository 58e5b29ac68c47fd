import csurf from 'csurf'
import type { Request, RequestHandler } from 'express'
import type { Config } from '../config.js'
import { type CookieNames, isHttps } from './cookie-names.js'
import { formField } from './request.js'

/** The CSRF token of a request, '' if it brings none. */
export const readToken = (request: Request): string => formField(request, '_csrf') || (request.get('csrf-token') ?? '')

/**
 * Asks for a token on every form. Its secret lives in the session of whoever is logged in, and else in a cookie of its own,
 * so that a visit makes no session.
 */
export function csrfProtection(config: Pick<Config, 'publicUrl'>, names: CookieNames): RequestHandler {
  const secure = isHttps(config)
  const protectGuests = () =>
    csurf({
      cookie: { key: names.nameFor('csrf'), httpOnly: true, sameSite: 'lax', secure, path: '/' },
      value: readToken,
    })
  const after = csurf({ value: readToken })
  // Made at the first request: only then the name is known.
  let before: RequestHandler | undefined
  return (request, response, next) => {
    before ??= protectGuests()
    return (request.account ? after : before)(request, response, next)
  }
}

/** Whether csurf refused the token of a request. */
export function isStaleToken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN'
}
