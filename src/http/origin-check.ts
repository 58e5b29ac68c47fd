import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Config } from '../config.js'
import { parseOrigin } from '../origin.js'
import { forwardedScheme } from './forwarded.js'
import type { WarnOfSetup } from './setup-warnings.js'

const setPublicUrl = 'if people open the server at that origin, set PUBLIC_URL to it'
const passHost = 'have the proxy pass on the Host header as it came (nginx: proxy_set_header Host $http_host)'
const notAtPublicUrl = `a request was refused because its page is not at PUBLIC_URL: ${setPublicUrl}, or redirect them to PUBLIC_URL`
const otherScheme = `a request was refused because X-Forwarded-Proto names another scheme than its page has: ${setPublicUrl}, or have the proxy send the scheme that people use`
const otherPort = `a request was refused because the port in its Host header is not that of its page: ${setPublicUrl}, or ${passHost}`
const otherHost = `a request was refused because its Host header names another host than its page has: ${setPublicUrl}, or ${passHost}`
const hiddenOrigin =
  'a request was refused because its browser hides where it comes from ("Origin: null"): if it is from a page of this server, something in front sets Referrer-Policy to no-referrer; have it leave that header as it is'

type Settings = Pick<Config, 'publicUrl' | 'corsOrigins' | 'trustProxy'>

/**
 * Makes the check whether a request comes from a page of ours. One without an Origin passes: no page sent it. Origins are
 * compared as browsers compare them: by scheme, host and port, whether the default port is written or not. Ours is
 * PUBLIC_URL; without it, it is the request's Host, with the scheme in X-Forwarded-Proto if a proxy is trusted. If nothing
 * tells the scheme, that of the page counts: a proxy may speak TLS without our knowing.
 * @param warn told of refusals that a wrong setting or proxy may have caused
 */
export function originCheck(settings: Settings, warn: WarnOfSetup): (request: IncomingMessage) => boolean {
  const { publicUrl } = settings
  return request => {
    const { origin } = request.headers
    if (origin === undefined) return true
    const theirs = parseOrigin(origin)
    const ours = publicUrl ?? (theirs && addressOf(request, theirs, settings))
    const isOurs = theirs !== null && theirs.origin === ours?.origin
    if (!isOurs) warnOfRefusal(request, theirs, ours, settings, warn)
    return isOurs
  }
}

/** The origin that a request was sent to; null if its Host names none. */
function addressOf(request: IncomingMessage, page: URL, settings: Settings): URL | null {
  return parseOrigin(`${forwardedScheme(request, settings) ?? page.protocol}//${request.headers.host ?? ''}`)
}

function warnOfRefusal(
  { headers }: IncomingMessage,
  theirs: URL | null,
  ours: URL | null,
  { publicUrl, corsOrigins }: Settings,
  warn: WarnOfSetup,
): void {
  // The browser itself says that the page is of another site.
  if (headers['sec-fetch-site'] === 'cross-site') return
  if (headers.origin === 'null') warn(hiddenOrigin, {})
  if (theirs === null || corsOrigins.includes(theirs.origin)) return
  const { origin } = theirs
  if (publicUrl !== null) warn(notAtPublicUrl, { origin, publicUrl: publicUrl.origin })
  else if (theirs.host === ours?.host) warn(otherScheme, { origin, host: headers.host })
  else warn(theirs.hostname === ours?.hostname ? otherPort : otherHost, { origin, host: headers.host })
}

/** Refuses what a page of another site posts. */
export function refuseForeignOrigin(isOurs: (request: IncomingMessage) => boolean): RequestHandler {
  return (request, _response, next) => {
    const isSafe = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
    next(isSafe || isOurs(request) ? undefined : new ChatError('forbidden'))
  }
}
