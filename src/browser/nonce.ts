/** A nonce without crypto.randomUUID, which plain http does not have. */
export function makeNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('')
}
