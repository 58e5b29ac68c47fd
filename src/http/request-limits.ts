import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { ChatError } from '../chat/errors.js'
import type { RateLimit } from '../rate-limit.js'
import { accountOf } from './request.js'

/** Counts what a page asks for by itself against its person, and refuses what is over the limit. Strangers pass. */
export function limitLight(limit: RateLimit): RequestHandler {
  const middleware = rateLimit({
    windowMs: limit.windowMs,
    limit: limit.limit,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: request => accountOf(request).id,
    skip: request => !request.account,
    // The package's own store uses the wall clock, which may be set back.
    store: {
      async increment(key) {
        const { allowed, remaining } = await limit.hit(key)
        return { totalHits: allowed ? limit.limit - remaining : limit.limit + 1, resetTime: undefined }
      },
      decrement: key => limit.refund(key),
      resetKey: key => limit.reset(key),
    },
    handler(request, response, next) {
      // A page sends reports by itself, so nobody needs to be told that one was refused.
      if (request.get('hx-request') === 'true') response.status(429).set('Retry-After', '1').end()
      else next(new ChatError('rate_limited', limit.windowMs))
    },
  })
  return (request, response, next) => void middleware(request, response, next)
}

/**
 * Has each request of a person wait for its turn. Strangers pass.
 * @param findAccount finds again who is logged in, after a request had to wait
 */
export function takeTurn(requests: RateLimit, findAccount: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    const { account } = request
    if (!account || (await requests.hit(account.id)).allowed) return next()
    // Whoever asks for much makes the server hold much, before anything of it is answered.
    response.holdUnread(0)
    await requests.takeTurn(account.id)
    // Meanwhile the client may have gone, or the session may have ended.
    if (!response.destroyed) await findAccount(request, response, next)
  }
}
