import { createECDH } from 'node:crypto'

/** The curve of all keys of Web Push (RFC 8291, RFC 8292), as Node calls it. */
export const pushCurve = 'prime256v1'

const privateKeyShape = /^[\w-]{43}$/

/** The public key to a private key of VAPID (RFC 8292), both in base64url. Null if it is no such key. */
export function publicKeyOf(privateKey: string): string | null {
  if (!privateKeyShape.test(privateKey)) return null
  const pair = createECDH(pushCurve)
  try {
    pair.setPrivateKey(privateKey, 'base64url')
  } catch {
    // A number that is no key of the curve. The error would hold it.
    return null
  }
  return pair.getPublicKey('base64url')
}
