import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { onceOver } from '../live/transport/response-end.js'

/** A part of a mount path that may be logged. Ids may not: those of rooms and images are as good as keys. */
const ownWord = /^[a-z][a-z.-]{0,15}$/

/** The pattern that a request matched, never the values in its place. */
function routeOf(request: Request): string {
  const path: unknown = request.route?.path
  if (path === undefined) return 'none'
  // Express removes it from a request that no router answered.
  const mount = (request.baseUrl ?? '').split('/').map(part => (part === '' || ownWord.test(part) ? part : ':id'))
  return mount.join('/') + String(path)
}

/**
 * Gives each request an id (`res.locals.requestId`, header `X-Request-Id`) and logs one line when it is over: method,
 * route, status, milliseconds, id, and `aborted` if the client went away before the end. A status of 5xx is logged as
 * an error, except 507 (a room or the server is full), which is a refusal like those of 4xx.
 * @param level of all other lines
 */
export function logRequests(log: Logger, level: 'info' | 'debug' = 'info'): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID()
    const start = performance.now()
    response.locals.requestId = requestId
    response.setHeader('X-Request-Id', requestId)
    onceOver(response, () => {
      const line = {
        requestId,
        method: request.method,
        route: routeOf(request),
        status: response.statusCode,
        ms: Math.round(performance.now() - start),
        ...(!response.writableFinished && { aborted: true }),
      }
      if (response.statusCode >= 500 && response.statusCode !== 507) log.error(line, 'request')
      else log[level](line, 'request')
    })
    next()
  }
}
