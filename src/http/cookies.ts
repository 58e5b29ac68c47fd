import { parse } from 'cookie'
import type { RequestHandler } from 'express'

/** Reads the cookies of a request into `request.cookies`: texts by name, whatever stands in them. */
export const readCookies: RequestHandler = (request, _response, next) => {
  // Not by cookie-parser: it makes an object of whatever begins with `j:`, and a stranger's object is no text to csurf.
  request.cookies = parse(request.headers.cookie ?? '')
  next()
}
