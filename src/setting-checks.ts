/** The types of settings. The message of each check says what is allowed, to follow "must be". */
import { isIP } from 'node:net'
import { z } from 'zod'
import { parseOrigin } from './origin.js'
import { publicKeyOf } from './vapid-key.js'
import { isWeakSecret } from './weak-secret.js'
import { parseUrl } from './web-address.js'

const yearInSeconds = 365 * 24 * 3600
const minSecretLength = 32

/** Digits only: no sign, space, fraction, exponent or leading zero. `unit` is named in the refusal. */
export function wholeNumber(min: number, max: number, unit: string) {
  const allowed = `a whole number from ${min} to ${max} (${unit})`
  return z
    .string()
    .regex(/^(0|[1-9]\d*)$/, allowed)
    .transform(Number)
    .pipe(z.number(allowed).min(min, allowed).max(max, allowed))
}

/** Exactly `true` or `false`. */
export const flag = z.enum(['true', 'false'], 'true or false').transform(value => value === 'true')

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, values.length === 1 ? values[0] : `one of ${values.join(', ')}`)
}

/** A secret that is long enough and hard to guess. */
export const secret = z
  .string()
  .refine(
    value => value.length >= minSecretLength && !isWeakSecret(value),
    `at least ${minSecretLength} characters that nobody knows or guesses, such as what "openssl rand -base64 48" prints`,
  )

/** The token of a program. Never repeated in a refusal. */
export const bearerToken = z
  .string()
  .regex(
    /^[\x21-\x7e]{8,}$/,
    'at least 8 letters, digits and signs without spaces, such as what "openssl rand -hex 24" prints',
  )

/** One http or https origin, as a URL. */
export const origin = z.string().transform((value, context) => {
  const url = parseOrigin(value)
  if (url !== null) return url
  context.addIssue('an origin such as https://chat.example.com, without path or password')
  return z.NEVER
})

/** Origins separated by commas, as browsers write them in `Origin`. */
export const origins = z.string().transform((value, context) => {
  const parsed = value.split(',').map(part => parseOrigin(part.trim()))
  const urls = parsed.filter(url => url !== null)
  if (urls.length === parsed.length) return urls.map(url => url.origin)
  context.addIssue('origins such as https://app.example.com, separated by commas')
  return z.NEVER
})

const secondsOfUnit = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 24 * 3600],
])

/** A duration with a unit, or plain seconds. Returns seconds. */
export const duration = z.string().transform((value, context) => {
  const [, digits, unit = ''] = /^([1-9]\d*)([smhd]?)$/.exec(value) ?? []
  const seconds = Number(digits) * (secondsOfUnit.get(unit) ?? Number.NaN)
  if (seconds <= yearInSeconds) return seconds
  context.addIssue('from 1 second to 365 days, written like 24h, 15m, 7d or 3600 (seconds)')
  return z.NEVER
})

/** An address or host name to listen on. */
export const hostName = z
  .string()
  .refine(
    value => isIP(value) > 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value),
    'an address or host name to listen on, such as 127.0.0.1',
  )

/** The address of a Redis, or of one server of a cluster. */
export const redisUrl = z
  .string()
  .refine(isRedisUrl, 'the address of a Redis, such as redis://localhost:6379 or rediss://user:password@host:6379')

/** Where accounts are stored: nowhere but in memory, in a file, or in a Redis. */
export type AccountsPlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'redis'; readonly url: string }

/** Where accounts are stored. */
export const accountsUrl = z.string().transform((value, context): AccountsPlace => {
  if (value === 'memory:') return { kind: 'memory' }
  if (isRedisUrl(value)) return { kind: 'redis', url: value }
  const [, path] = /^file:(?:\/\/(?=\/))?([^\0]+)$/.exec(value) ?? []
  if (path !== undefined && !path.endsWith('/')) return { kind: 'file', path }
  context.addIssue(
    'memory:, file: and the path of a file, such as file:./data/accounts.json, or the address of a Redis, such as redis://localhost:6379',
  )
  return z.NEVER
})

/** How whoever runs a push service reaches the operator: RFC 8292, section 2.1. */
export const contact = z
  .string()
  .refine(
    value => /^mailto:[^\s@]+@[^\s@]+$/.test(value) || isPage(value),
    'an address at which push services reach you, such as mailto:you@example.com or https://example.com/contact',
  )

function isPage(value: string): boolean {
  const url = parseUrl(value)
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
}

const whatMakesKeys = 'what "npm run admin -- push-keys" prints'

/** The public key of VAPID: a point of the curve, in base64url. */
export const vapidPublicKey = z.string().regex(/^[\w-]{87}$/, whatMakesKeys)

/** The private key of VAPID, in base64url. */
export const vapidPrivateKey = z.string().refine(value => publicKeyOf(value) !== null, whatMakesKeys)

/** Names of hosts separated by commas, as a URL has them; `*.` in front stands for all names below. */
export const hostNames = z.string().transform((value, context) => {
  const names = value.split(',').map(part => readHostName(part.trim()))
  const known = names.filter(name => name !== null)
  if (known.length === names.length) return known
  context.addIssue('host names such as push.example.com or *.push.example.com, separated by commas')
  return z.NEVER
})

function readHostName(text: string): string | null {
  const [, wildcard = '', name = ''] = /^(\*\.)?(.*)$/.exec(text) ?? []
  const url = parseOrigin(`https://${name}`)
  if (url === null || url.port !== '' || url.hostname.includes('*')) return null
  // All of a whole domain such as .com, or of an IP address, would be nobody's hosts in particular.
  const isDomain = /\.[a-z][a-z0-9-]*$/.test(url.hostname)
  return wildcard === '' || isDomain ? `${wildcard}${url.hostname}` : null
}

/** The address of a proxy that opens connections to others (CONNECT). */
export const httpProxy = z.string().transform((value, context) => {
  const url = parseOrigin(value)
  if (url?.protocol === 'http:') return url
  context.addIssue('the address of an http proxy, such as http://tunnel:3000')
  return z.NEVER
})

function isRedisUrl(value: string): boolean {
  const url = parseUrl(value)
  const isRedis = url?.protocol === 'redis:' || url?.protocol === 'rediss:'
  return isRedis && url.hostname !== '' && /^(?:\/\d*)?$/.test(url.pathname)
}
