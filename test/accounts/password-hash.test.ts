import { expect, it } from 'vitest'
import { costOf } from '#src/accounts/password-hash.js'

it.each([
  ['$2b$10$abc', 10],
  ['$2a$04$abc', 4],
  ['$2y$31$', 31],
  ['$2x$10$abc', 0],
  ['$2b$1$abc', 0],
  ['$2b$100$', 0],
  ['x$2b$10$abc', 0],
  ['hash', 0],
  ['', 0],
])('the cost of %j is %i', (hash, cost) => {
  expect(costOf(hash)).toBe(cost)
})
