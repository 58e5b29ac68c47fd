import { type RequestHandler, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { ChatError } from '../chat/errors.js'
import type { Limit } from '../limit.js'
import { accountOf } from './request.js'

/** What pages ask for by themselves: pictures and beacons. */
const lightReads = ['/images/:id', '/chats/:room/seen']
/** What pages post by themselves: reports of what is seen and typed, where no socket gets through. */
export const lightPosts = ['/chats/frames', '/chats/:room/frames']

/** Counts what a page asks for by itself against its person, and refuses it when it is too much. Strangers pass. */
export function limitLight(limit: Limit): RequestHandler {
  const middleware = rateLimit({
    windowMs: limit.windowMs,
    limit: limit.limit,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: request => accountOf(request).id,
    skip: request => !request.account,
    // Its own store would go by the wall clock, which may be set back.
    store: {
      increment(key) {
        const { allowed, remaining } = limit.hit(key)
        return { totalHits: allowed ? limit.limit - remaining : limit.limit + 1, resetTime: undefined }
      },
      decrement: key => limit.refund(key),
      resetKey: key => limit.reset(key),
    },
    handler(request, response, next) {
      // Nobody asked for what a page reports, so nobody is told of its refusal.
      if (request.get('hx-request') === 'true') response.status(429).set('Retry-After', '1').end()
      else next(new ChatError('rate_limited', limit.windowMs))
    },
  })
  return (request, response, next) => void middleware(request, response, next)
}

const passOn: RequestHandler = (_request, _response, next) => next('router')

/**
 * Lets each page and form of a person have its turn, and what pages ask for by themselves pass. Strangers pass.
 * @param findAccount finds anew who is logged in, for a request that had to wait
 */
export function limitRequests(requests: Limit, light: RequestHandler, findAccount: RequestHandler): Router {
  const router = Router()
  router.use((request, _response, next) => next(request.account ? undefined : 'router'))
  router.get(lightReads, light, passOn)
  router.post(lightPosts, light, passOn)
  router.use(async (request, response, next) => {
    const { id } = accountOf(request)
    if (requests.hit(id).allowed) return next()
    await requests.takeTurn(id)
    // Who has left meanwhile needs no answer. Whose session has ended meanwhile is logged in no more.
    if (!response.destroyed) await findAccount(request, response, next)
  })
  return router
}
