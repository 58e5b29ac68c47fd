import { parse } from 'cookie'
import type { RequestHandler } from 'express'

/** Reads the cookies of a request into `request.cookies`: plain texts by name. */
export const readCookies: RequestHandler = (request, _response, next) => {
  // Not cookie-parser: it parses a value that begins with `j:` as JSON, and an object from a stranger makes csurf throw.
  request.cookies = parse(request.headers.cookie ?? '')
  next()
}
