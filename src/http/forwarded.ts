import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import type { Config } from '../config.js'
import { readIpAddress } from '../ip-address.js'
import type { WarnOfSetup } from './setup-warnings.js'

type Scheme = 'http:' | 'https:'

/** What proxies call each scheme; some have names of their own for that of a socket. */
const schemes = new Map<string, Scheme>([
  ['http', 'http:'],
  ['https', 'https:'],
  ['ws', 'http:'],
  ['wss', 'https:'],
])

/** The scheme by which a request reached the first proxy; null if there is none to be trusted, or it does not tell. */
export function forwardedScheme(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { trustProxy }: Pick<Config, 'trustProxy'>,
): Scheme | null {
  if (trustProxy === 0) return null
  const [first = ''] = String(headers['x-forwarded-proto'] ?? '').split(',')
  return schemes.get(first.trim().toLowerCase()) ?? null
}

const uncountedProxy =
  'a request came with X-Forwarded-For, though TRUST_PROXY is 0: if a proxy is in front, all its visitors share the limits of one address, so set TRUST_PROXY to the number of proxies; if there is none, a visitor has made the header up, and it counts for nothing'

/** Warns of headers that the proxy does not send, that contradict PUBLIC_URL, or that come though no proxy is counted. */
export function watchForwarded(
  { publicUrl, trustProxy }: Pick<Config, 'publicUrl' | 'trustProxy'>,
  warn: WarnOfSetup,
): RequestHandler {
  return (request, _response, next) => {
    if (trustProxy === 0) {
      if (request.get('x-forwarded-for') !== undefined) warn(uncountedProxy, {})
    } else {
      warnOfAddress(request.ip, request.get('x-forwarded-for'), warn)
      if (publicUrl !== null) warnOfScheme(forwardedScheme(request, { trustProxy }), publicUrl, warn)
    }
    next()
  }
}

function warnOfAddress(address: string | undefined, forwardedFor: string | undefined, warn: WarnOfSetup): void {
  if (forwardedFor === undefined) {
    warn(
      'a request came without X-Forwarded-For, though TRUST_PROXY counts a proxy: all its visitors share the limits of one address; have the proxy send the header (nginx: proxy_set_header X-Forwarded-For $remote_addr)',
      {},
    )
  } else if (readIpAddress(address ?? '') === null) {
    warn(
      'X-Forwarded-For holds no IP address where TRUST_PROXY says that the visitor’s is: all such visitors share the limits of one address; have the proxy write the address there',
      {},
    )
  }
}

function warnOfScheme(scheme: Scheme | null, publicUrl: URL, warn: WarnOfSetup): void {
  const facts = { publicUrl: publicUrl.origin, scheme: scheme?.replace(':', '') }
  if (scheme === null && publicUrl.protocol === 'https:') {
    warn(
      'a request came without X-Forwarded-Proto, though PUBLIC_URL is https: cookies are Secure all the same; have the proxy send the header (nginx: proxy_set_header X-Forwarded-Proto $scheme)',
      facts,
    )
  } else if (scheme !== null && scheme !== publicUrl.protocol) {
    warn(
      'X-Forwarded-Proto contradicts PUBLIC_URL, which decides whether cookies are Secure: if pages really come by http, nobody can log in there, so redirect them to https; else mend the header or PUBLIC_URL',
      facts,
    )
  }
}
