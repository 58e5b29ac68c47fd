import { expect, it } from 'vitest'
import { makeNonce } from '#src/browser/nonce.js'

it('makes nonces of 128 random bits that fit into an id', () => {
  const nonces = Array.from({ length: 1000 }, makeNonce)
  expect(new Set(nonces).size).toBe(1000)
  for (const nonce of nonces) expect(nonce).toMatch(/^\d+-\d+-\d+-\d+$/)
  const parts = nonces.flatMap(nonce => nonce.split('-').map(Number))
  expect(Math.max(...parts)).toBeGreaterThan(2 ** 31)
  expect(Math.max(...parts)).toBeLessThan(2 ** 32)
})
