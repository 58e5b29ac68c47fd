import { expect, it } from 'vitest'
import { bearerOf, isSameToken } from '#src/bearer.js'

it.each([
  [undefined, null],
  ['', ''],
  ['Bearer', ''],
  ['Bearer ', ''],
  ['Bearer t', 't'],
  ['bearer  t', 't'],
  ['BEARER a whole sentence', 'a whole sentence'],
  ['Bearer t ', 't '],
  ['xBearer t', ''],
  ['Basic t', ''],
  ['Bearert', ''],
  ['x Bearer t', ''],
])('the token in the header %j is %j', (header, token) => {
  expect(bearerOf(header)).toBe(token)
})

it.each([
  ['secret', 'secret', true],
  ['secret', 'secre', false],
  ['secret', 'Secret', false],
  ['', '', true],
  ['', 'secret', false],
])('the token %j given for %j is the one wanted: %j', (given, wanted, isSame) => {
  expect(isSameToken(given, wanted)).toBe(isSame)
})
