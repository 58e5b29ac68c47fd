import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * The token in an `Authorization` header; an operator's may contain spaces. '' if the header holds something else, null
 * without a header.
 */
export function bearerOf(header: string | undefined): string | null {
  if (header === undefined) return null
  return /^Bearer +(.+)$/i.exec(header)?.[1] ?? ''
}

/** Whether a token is the expected one. Compares hashes, so that neither time nor length tells anything about it. */
export function isSameToken(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}
