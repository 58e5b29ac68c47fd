import { describe, expect, it } from 'vitest'
import { CookieNames, isHttps } from '#src/http/cookie-names.js'

it.each([
  [new URL('https://chat.example'), true],
  [new URL('http://chat.example'), false],
  [null, false],
])('people reach a server at %s over https: %j', (publicUrl, isSo) => {
  expect(isHttps({ publicUrl })).toBe(isSo)
})

describe('the names of cookies end in the port that tells servers on one host apart', () => {
  it.each([
    [null, ['sid-4205', 'csrf-4205', 'deleted-4205', 'with-4205']],
    [new URL('http://chat.lan'), ['sid', 'csrf', 'deleted', 'with']],
    [new URL('http://chat.lan:8080'), ['sid-8080', 'csrf-8080', 'deleted-8080', 'with-8080']],
    [new URL('https://chat.example'), ['__Host-sid', '__Host-csrf', '__Secure-deleted', '__Secure-with']],
    [
      new URL('https://chat.example:8443'),
      ['__Host-sid-8443', '__Host-csrf-8443', '__Secure-deleted-8443', '__Secure-with-8443'],
    ],
  ])('of a server at %s that listens on 4205', (publicUrl, expected) => {
    const names = new CookieNames({ publicUrl })
    names.listensOn(4205)
    expect((['sid', 'csrf', 'deleted', 'with'] as const).map(word => names.nameFor(word))).toEqual(expected)
  })
})
