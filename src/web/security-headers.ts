import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Config } from '../config.js'
import { isHttps } from './sessions.js'

const yearInSeconds = 31_536_000

/** The headers of every answer: nothing may be loaded, framed or run that is not ours. */
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
        trustedTypes: ['htmx'],
      },
    },
    // Not no-referrer: that makes a form send `Origin: null`, which our own check would refuse.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: secure ? { maxAge: yearInSeconds } : false,
    xFrameOptions: { action: 'deny' },
  })
}

/** Keeps pages out of every cache: a browser's cache is a disk. */
export const neverStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}
