import type { RequestHandler } from 'express'
import { type HeldBodies, strangerBodyLimit } from './held-bodies.js'
import type { Access } from './routes.js'

/** Percent-encoding writes a UTF-16 unit as nine bytes at most; a page over the limit for messages must still arrive. */
const bytesPerUnit = 12
const smallestFormLimit = 1_048_576

/** What counts the bodies that are being read. */
export interface BodyTotals {
  readonly strangerBodies: HeldBodies
  readonly memberBodies: HeldBodies
}

/** Reads a body that is no longer than a limit in bytes. */
export type Parser = (limit: number) => RequestHandler

/** Bytes of a member's form, where a message may have so many characters. */
export function formLimitOf(messageMaxLength: number): number {
  return Math.max(smallestFormLimit, bytesPerUnit * messageMaxLength)
}

/**
 * Reads the body of a route by who may enter: of guests a short one, of members one of at most `memberLimit` bytes, and
 * nothing where anybody may enter. To come after the strangers to a route of members have been refused: theirs stay unread.
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
