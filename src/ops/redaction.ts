import { describeError } from './error-log.js'

const maxDepth = 6
/** Written in place of a redacted value. */
export const censor = '[redacted]'

/** Fields that are never logged, in upper or lower case. `url` and `path` may hold the ids of rooms and images. */
export const forbiddenNames: readonly string[] = [
  '_csrf',
  'alt',
  'auth',
  'authorization',
  'body',
  'content',
  'cookie',
  'cookies',
  'csrf-token',
  'currentPassword',
  'draft',
  'email',
  'endpoint',
  'headers',
  'input',
  'jwt',
  'message',
  'messages',
  'newPassword',
  'originalUrl',
  'p256dh',
  'password',
  'passwordHash',
  'path',
  'privateKey',
  'query',
  'secret',
  'session',
  'sessionID',
  'text',
  'token',
  'url',
]

const forbidden = new Set(forbiddenNames.map(name => name.toLowerCase()))

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return describeError(value)
  if (value instanceof Date) return value
  if (depth >= maxDepth) return censor
  if (Array.isArray(value)) return value.map(item => redactValue(item, depth + 1))
  // A request, a socket, a buffer, a message: there is no telling what it holds.
  return isPlain(value) ? redactFields(value, depth + 1) : `[${value.constructor.name}]`
}

function redactFields(fields: object, depth: number): Record<string, unknown> {
  const redacted: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    redacted[name] = forbidden.has(name.toLowerCase()) ? censor : redactValue(value, depth)
  }
  return redacted
}

/**
 * The object of a log line as it may be written: forbidden fields redacted at any depth, errors without their message.
 */
export function redact(fields: object): Record<string, unknown> {
  return redactFields(fields, 0)
}
