import type { RequestHandler, Router } from 'express'

/** Adds what an address answers to, and 405 for every other method. */
export function route(
  router: Router,
  path: string,
  handlers: { get?: readonly RequestHandler[]; post?: readonly RequestHandler[] },
): void {
  const at = router.route(path)
  const allowed: string[] = []
  if (handlers.get) {
    at.get(...handlers.get)
    allowed.push('GET', 'HEAD')
  }
  if (handlers.post) {
    at.post(...handlers.post)
    allowed.push('POST')
  }
  at.all((_request, response, next) => {
    response.set('Allow', allowed.join(', '))
    next(new WrongMethod())
  })
}

/** The address is known, but not by this method. */
export class WrongMethod extends Error {
  override readonly name = 'WrongMethod'
}
