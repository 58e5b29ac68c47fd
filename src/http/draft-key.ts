import { hkdfSync, randomBytes } from 'node:crypto'
import { RecentValues } from '../recent-values.js'

const keyBytes = 32

/**
 * The key by which a person's pages seal what they have not sent yet, for their browser to keep: 32 bytes, the same for as
 * long as the secret stays the same. The browser itself never keeps it.
 */
export function deriveDraftKey(secret: string, userId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `drafts of ${userId}`, keyBytes))
}

/**
 * The keys of the people whose pages were asked for last, all from one secret. To derive one takes longer than the whole rest
 * of a session; it says nothing but what the secret says.
 */
export class DraftKeys {
  readonly #secret: string
  readonly #recent = new RecentValues<Buffer>(1000)

  constructor(secret: string) {
    this.#secret = secret
  }

  /** The key of a person, masked for a page. */
  handOut(userId: string): string {
    return maskKey(this.#recent.get(userId, () => deriveDraftKey(this.#secret, userId)))
  }
}

/**
 * The key for a page, in Base64: random bytes, then the key combined with them by XOR. It is another text in every page, as
 * a secret that stays the same could be guessed from the lengths of compressed pages (BREACH).
 */
export function maskKey(key: Uint8Array): string {
  const mask = randomBytes(key.length)
  return Buffer.concat([mask, key.map((byte, index) => byte ^ (mask[index] ?? 0))]).toString('base64')
}
