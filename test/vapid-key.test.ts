import { expect, it } from 'vitest'
import { publicKeyOf } from '#src/vapid-key.js'

// Source: RFC 8291, appendix A.
const privateKey = 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'
const publicKey = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8'

it('a private key has its public key', () => {
  expect(publicKeyOf(privateKey)).toBe(publicKey)
})

it.each([
  ['empty', ''],
  ['short', privateKey.slice(1)],
  ['long', `${privateKey}A`],
  ['of other letters', privateKey.replace('-', '+')],
  ['nothing', 'A'.repeat(43)],
  ['beyond the curve', '_'.repeat(42).concat('8')],
])('what is %s is no private key', (_what, text) => {
  expect(publicKeyOf(text)).toBeNull()
})
