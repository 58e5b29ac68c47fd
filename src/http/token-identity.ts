import type { IncomingMessage } from 'node:http'
import type { Tokens } from '../accounts/tokens.js'
import { bearerOf } from '../bearer.js'
import { defaultLanguage } from '../languages.js'
import type { Identity } from '../live/client/subscriber.js'

/** Whether a request brings a token; then its cookies are ignored. */
export function bringsToken(request: IncomingMessage): boolean {
  return request.headers.authorization !== undefined
}

/** Who opens a socket, by its token; null if that is not valid. */
export async function identifyByToken(tokens: Tokens, request: IncomingMessage): Promise<Identity | null> {
  const verified = await tokens.verify(bearerOf(request.headers.authorization) ?? '')
  if (!verified) return null
  const { claims } = verified
  return {
    userId: claims.userId,
    sessionId: null,
    zone: null,
    language: defaultLanguage,
    announced: [],
    endsAt: claims.expiresAt,
    readEnd: async () => ((await tokens.isLive(claims)) ? claims.expiresAt : null),
  }
}
