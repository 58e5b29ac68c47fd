import { expect, it } from 'vitest'
import { bearerOf, isSameToken } from '#src/bearer.js'

it('a token is what stands after Bearer, spaces within it included', () => {
  expect([bearerOf('Bearer abc'), bearerOf('bearer   a b c'), bearerOf('BEARER abc ')]).toEqual([
    'abc',
    'a b c',
    'abc ',
  ])
  expect([
    bearerOf('Basic abc'),
    bearerOf('Bearer'),
    bearerOf('Bearer '),
    bearerOf('xBearer abc'),
    bearerOf(''),
  ]).toEqual(Array(5).fill(''))
  expect(bearerOf(undefined)).toBeNull()
})

it('a token is the same when every character is', () => {
  expect(isSameToken('secret', 'secret')).toBe(true)
  for (const other of ['Secret', 'secret ', 'secre', '']) expect(isSameToken(other, 'secret')).toBe(false)
})
