/** A nonce of 128 random bits. Not crypto.randomUUID, which browsers lack over plain http. */
export function makeNonce(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
