import type { RequestHandler } from 'express'
import type { Observer } from './observations.js'

/** The reason that each status stands for; any other refusal counts as `other`. */
const reasons = new Map([
  [400, 'bad_request'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [405, 'wrong_method'],
  [409, 'conflict'],
  [413, 'too_large'],
  [415, 'unsupported'],
  [422, 'invalid'],
  [429, 'rate_limited'],
  [500, 'fault'],
  [503, 'server_busy'],
  [507, 'full'],
])

/** Counts refused requests, of pages and the API alike, by their status. */
export function countRefusals(observer: Observer): RequestHandler {
  return (_request, response, next) => {
    response.once('finish', () => {
      if (response.statusCode >= 400) observer.refused('request', reasons.get(response.statusCode) ?? 'other')
    })
    next()
  }
}
