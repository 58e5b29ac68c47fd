import type { RequestHandler } from 'express'
import { type HeldBodies, strangerBodyLimit } from './held-bodies.js'
import type { Access } from './routes.js'

/** Percent-encoding takes at most nine bytes a UTF-16 unit; a message somewhat too long must still arrive to be refused. */
const bytesPerUnit = 12
const smallestFormLimit = 1_048_576

/** What counts the bodies while they are read. */
export interface BodyTotals {
  readonly strangerBodies: HeldBodies
  readonly memberBodies: HeldBodies
}

/** Reads a body that is no longer than a limit in bytes. */
export type Parser = (limit: number) => RequestHandler

/** The most bytes of a member's form, for messages of this many characters. */
export function formLimitOf(messageMaxLength: number): number {
  return Math.max(smallestFormLimit, bytesPerUnit * messageMaxLength)
}

/**
 * The readers of a route's body, by who may enter: a short body of guests, one of at most `memberLimit` bytes of members, none
 * of anyone. On routes of members they must come after strangers have been refused, whose bodies stay unread.
 */
export function readBody(
  { strangerBodies, memberBodies }: BodyTotals,
  access: Access,
  parserOf: Parser,
  memberLimit: number,
): readonly RequestHandler[] {
  if (access === 'anyone') return []
  const [bodies, limit] = access === 'guest' ? [strangerBodies, strangerBodyLimit] : [memberBodies, memberLimit]
  return [bodies.reader(parserOf(limit), limit)]
}
