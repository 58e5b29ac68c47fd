/** A nonce of 128 random bits, without crypto.randomUUID, which plain http does not have. */
export function makeNonce(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
