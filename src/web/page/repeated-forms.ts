import type { Request, RequestHandler } from 'express'
import type { DeclaredRoute, Repeats } from '../../http/routes.js'

/** Guards of one route's forms. */
export interface RepeatGuards {
  /**
   * Lets in the repeat of a form that has ended the session of its cookie, such as one that changes the password. Must come
   * before strangers are refused. The body of any other stranger stays unread.
   */
  readonly admitEnded: RequestHandler
  /** Notes which form is posted. Must come after its body is read. */
  readonly note: RequestHandler
  /** Skips a handler for a repeat that came after the first had logged in or out: its token belongs to what was before. */
  unlessRepeat(handler: RequestHandler): RequestHandler
}

/**
 * Makes the guards of a route that recognises repeats.
 * @param cookieOf the cookie that tells whose form it is; null without one
 * @param readShort reads the short body of a stranger
 */
export function repeatGuards(
  { repeats, access }: Pick<DeclaredRoute, 'access'> & { readonly repeats: Repeats },
  cookieOf: (request: Request) => string | null,
  readShort: readonly RequestHandler[],
): RepeatGuards {
  const repeated = new WeakSet<Request>()
  const admit = async (request: Request) => {
    if (await repeats.isRepeat(request)) repeated.add(request)
  }

  return {
    async admitEnded(request, response, next) {
      const cookie = cookieOf(request)
      if (request.account || cookie === null || !(await repeats.expects(cookie))) return next()
      for (const read of readShort) {
        const error = await new Promise(resolve => read(request, response, resolve))
        if (error) return next(error)
      }
      repeats.note(request, cookie)
      await admit(request)
      next()
    },
    async note(request, _response, next) {
      const cookie = cookieOf(request)
      if (cookie !== null) repeats.note(request, cookie)
      if (access === 'guest' && request.account) await admit(request)
      next()
    },
    unlessRepeat: handler => (request, response, next) =>
      repeated.has(request) ? next() : handler(request, response, next),
  }
}
