import type { Response } from 'express'
import { ChatError, type ErrorCode, errorTable } from '../chat/errors.js'
import { isStaleToken } from './csrf.js'

/** The codes for what the middlewares of others refuse, by the HTTP status that they mark their errors with. */
const codesByStatus = new Map<number, ErrorCode>([
  [403, 'forbidden'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
])

/** The code of whatever went wrong with a request: `internal` for all that the client did not cause. */
export function codeOf(error: unknown): ErrorCode {
  if (error instanceof ChatError) return error.code
  if (isStaleToken(error)) return 'forbidden'
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  if (typeof status !== 'number' || status < 400 || status >= 500) return 'internal'
  return codesByStatus.get(status) ?? 'bad_request'
}

/** The HTTP status of a refusal. */
export function statusOf({ code }: ChatError): number {
  return errorTable[code].status
}

/** Says in the header fields of a refusal when the same may succeed, where that is known. */
export function setRetryAfter(
  response: Response,
  { retryAfterMs }: { readonly retryAfterMs?: number | undefined },
): void {
  if (retryAfterMs) response.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)))
}
