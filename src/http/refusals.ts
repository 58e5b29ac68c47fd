import type { Response } from 'express'
import { ChatError, type ErrorCode, errorTable } from '../chat/errors.js'
import { isStaleToken } from './csrf.js'

/** The codes for errors of middlewares from packages, by the HTTP status in them. */
const codesByStatus = new Map<number, ErrorCode>([
  [403, 'forbidden'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
])

/** The code of any error of a request; `internal` if the client did not cause it. */
export function codeOf(error: unknown): ErrorCode {
  if (error instanceof ChatError) return error.code
  if (isStaleToken(error)) return 'forbidden'
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  if (typeof status !== 'number' || status < 400 || status >= 500) return 'internal'
  return codesByStatus.get(status) ?? 'bad_request'
}

/** The HTTP status of a refusal. */
export function httpStatusOf({ code }: ChatError): number {
  return errorTable[code].status
}

/** Sets `Retry-After` on a refusal if it is known after which time the same request may succeed. */
export function setRetryAfter(
  response: Response,
  { retryAfterMs }: { readonly retryAfterMs?: number | undefined },
): void {
  if (retryAfterMs) response.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)))
}
