import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Limit } from '../limit.js'
import { addressKey, refuseOver } from '../limits.js'

/**
 * Makes the check that a request brings the operator's token. Wrong ones count against the address that they come from.
 * @param limit hit before, refunded when the token was right
 * @returns a check that throws ChatError `unauthenticated` for another token, `rate_limited` after too many
 */
export function operatorCheck(operatorToken: string, limit: Limit): (request: Request) => void {
  return request => {
    const key = addressKey(request.ip)
    refuseOver(limit, key)
    const [, token = ''] = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '') ?? []
    if (!isSame(token, operatorToken)) throw new ChatError('unauthenticated')
    limit.refund(key)
  }
}

/** Compares hashes, so that neither time nor length tells anything of the token. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}
