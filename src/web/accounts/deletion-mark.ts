import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { isHttps } from '../../http/cookie-names.js'

const path = '/login'

type Names = Pick<Context, 'config' | 'cookieNames'>

/**
 * Marks, for the next log-in page alone, that the account of this browser was deleted. A cookie says so and no address: a
 * link of someone else could make browsers forget what was not sent.
 */
export function markDeletion(response: Response, { config, cookieNames }: Names): void {
  const secure = isHttps(config)
  response.cookie(cookieNames.nameFor('deleted'), '1', {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path,
    maxAge: 60_000,
  })
}

/** Whether the log-in page comes right after a deletion; the mark is taken away. */
export function takeDeletionMark(request: Request, response: Response, { config, cookieNames }: Names): boolean {
  const name = cookieNames.nameFor('deleted')
  if (!(name in request.cookies)) return false
  response.clearCookie(name, { path, secure: isHttps(config) })
  return true
}
