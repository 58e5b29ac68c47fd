import express, { type Request, type RequestHandler } from 'express'
import type { Context } from '../../context.js'
import { formLimitOf, type Parser, readBody } from '../../http/body-readers.js'
import { pathParameter, safeNext } from '../../http/request.js'
import { takeTurn } from '../../http/request-limits.js'
import type { DeclaredRoute, RouteGuards } from '../../http/routes.js'
import { repeatGuards } from './repeated-forms.js'

/** Bytes of a form that a page posts by itself: a few ids and words. */
const lightFormLimit = 16_384

/** The guards of pages: members are known by their session, and every form must bring the CSRF token. */
export function pageGuards(
  context: Pick<
    Context,
    'config' | 'cookieNames' | 'sessions' | 'limits' | 'countLight' | 'csrf' | 'strangerBodies' | 'memberBodies'
  >,
): RouteGuards {
  const { config, cookieNames, sessions, limits, countLight, csrf } = context
  const formLimit = formLimitOf(config.messageMaxLength)
  const parserOf: Parser = limit => express.urlencoded({ extended: false, limit, inflate: false })
  const readShort = readBody(context, 'guest', parserOf, formLimit)
  const guestCookieOf = (request: Request): string | null =>
    request.cookies[cookieNames.nameFor('csrf')] ?? sessions.idOf(request)
  const identify = [sessions.middleware, sessions.loadAccount]
  const countRequests = takeTurn(limits.requests, sessions.findAccount)

  function bodyOf({ method, access, limit, body }: DeclaredRoute): readonly RequestHandler[] {
    if (method === 'get') return []
    const readers = readBody(context, access, parserOf, limit === 'lightRequests' ? lightFormLimit : formLimit)
    if (access === 'guest') return readers
    return [...readers.map(ofForms), ...(body ? [body.multipart] : [])]
  }

  return {
    accepts: ({ access, limit }) =>
      (access === 'anyone' || access === 'guest' || access === 'member') && limit !== 'none',
    findAgain: [sessions.findAccount],
    beforeRefusal: [...identify, countRequests],
    refuseStranger: redirectStranger,
    before(route) {
      const entered = [...identify, route.limit === 'lightRequests' ? countLight : countRequests]
      if (route.access === 'anyone') return entered
      const { access, repeats } = route
      const isGuests = access === 'guest'
      const refuse = isGuests ? [] : [memberOnly(route)]
      const token = route.method === 'get' || route.needsToken ? [csrf] : []
      if (repeats === null) return [...entered, ...refuse, ...bodyOf(route), ...token]
      const cookieOf = isGuests ? guestCookieOf : sessions.idOf
      const { admitEnded, note, unlessRepeat } = repeatGuards({ repeats, access }, cookieOf, readShort)
      const checks = [...refuse, ...bodyOf(route), note, ...token].map(unlessRepeat)
      return [...entered, ...(isGuests ? [] : [admitEnded]), ...checks]
    },
  }
}

/** Has only forms without files read. */
function ofForms(read: RequestHandler): RequestHandler {
  return (request, response, next) => (request.is('urlencoded') ? read(request, response, next) : next())
}

const redirectStranger: RequestHandler = (request, response, next) => {
  if (request.account) next()
  else response.redirect(303, '/login')
}

/** Redirects strangers to the log-in, which then leads back to the page, or to the one with the form. */
function memberOnly({ method, formPage }: DeclaredRoute): RequestHandler {
  return (request, response, next) => {
    if (request.account) return next()
    // Not `path`, which lacks what a router is mounted at.
    const way = safeNext(method === 'get' ? request.originalUrl : fillIn(formPage, request))
    response.redirect(303, way ? `/login?next=${encodeURIComponent(way)}` : '/login')
  }
}

function fillIn(pattern: string, request: Request): string {
  return pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(pathParameter(request, name)))
}
