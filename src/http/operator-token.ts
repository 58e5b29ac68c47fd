import type { Request } from 'express'
import { bearerOf, isSameToken } from '../bearer.js'
import { ChatError } from '../chat/errors.js'
import { addressKey, refuseOver } from '../limits.js'
import type { RateLimit } from '../rate-limit.js'

/** Throws ChatError `unauthenticated` unless a request brings the operator's token; `rate_limited` after too many wrong ones. */
export type CheckOperator = (request: Request) => Promise<void>

/**
 * Makes the check for the operator's token. Wrong tokens count against the address that they come from.
 * @param limit hit before the check, refunded if the token is right
 */
export function operatorCheck(operatorToken: string, limit: RateLimit): CheckOperator {
  return async request => {
    const key = addressKey(request.ip)
    await refuseOver(limit, key)
    if (!isSameToken(bearerOf(request.get('authorization')) ?? '', operatorToken))
      throw new ChatError('unauthenticated')
    await limit.refund(key)
  }
}
