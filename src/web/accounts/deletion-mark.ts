import type { Request, Response } from 'express'

const name = 'deleted'
const path = '/login'

/**
 * Marks, for the next log-in page alone, that the account of this browser was deleted. A cookie says so and no address: a
 * link of somebody else could make browsers forget what was not sent.
 */
export function markDeletion(request: Request, response: Response): void {
  response.cookie(name, '1', { httpOnly: true, sameSite: 'lax', secure: request.secure, path, maxAge: 60_000 })
}

/** Whether the log-in page comes right after a deletion; the mark is taken away. */
export function takeDeletionMark(request: Request, response: Response): boolean {
  if (!(name in request.cookies)) return false
  response.clearCookie(name, { path })
  return true
}
