import { createHash, timingSafeEqual } from 'node:crypto'

/** The token, which for an operator may be a whole sentence, in an `Authorization` header, '' when the header holds something else; null without the header. */
export function bearerOf(header: string | undefined): string | null {
  if (header === undefined) return null
  return /^Bearer +(.+)$/i.exec(header)?.[1] ?? ''
}

/** Whether a token is the one wanted. Compares hashes, so that neither time nor length tells anything of it. */
export function isSameToken(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}
