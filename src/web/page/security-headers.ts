import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'
import type { Config } from '../../config.js'
import { isHttps } from '../../http/cookie-names.js'

const yearInSeconds = 31_536_000

/** The headers of every answer: only what is ours may be loaded, framed or run. */
export function securityHeaders(config: Config): RequestHandler {
  const secure = isHttps(config)
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ['htmx', 'worker'],
      },
    },
    // Not no-referrer, which makes forms send `Origin: null`; our own check would refuse that.
    referrerPolicy: { policy: 'same-origin' },
    // Subdomains may serve something else by plain HTTP; that is the operator's decision.
    strictTransportSecurity: secure ? { maxAge: yearInSeconds, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  })
}

const policyHeader = 'Content-Security-Policy'

function changePolicy(response: Response, change: (policy: string) => string): void {
  response.set(policyHeader, change(String(response.getHeader(policyHeader))))
}

/** Lets only pages of this server embed this page in an iframe. */
export function mayBeEmbedded(response: Response): void {
  changePolicy(response, policy => policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"))
  response.set('X-Frame-Options', 'SAMEORIGIN')
}

/** Lets this page embed pages of this server in iframes. */
export function mayEmbed(response: Response): void {
  changePolicy(response, policy => `${policy};frame-src 'self'`)
}

/** Keeps pages out of every cache: a browser writes its cache to disk. */
export const neverStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}
