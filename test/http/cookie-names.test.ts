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
    [null, 'sid-4205', 'csrf-4205'],
    [new URL('http://chat.lan'), 'sid', 'csrf'],
    [new URL('http://chat.lan:8080'), 'sid-8080', 'csrf-8080'],
    [new URL('https://chat.example'), '__Host-sid', '__Host-csrf'],
    [new URL('https://chat.example:8443'), '__Host-sid-8443', '__Host-csrf-8443'],
  ])('of a server at %s that listens on 4205', (publicUrl, session, token) => {
    const names = new CookieNames({ publicUrl })
    names.listensOn(4205)
    expect([names.nameFor('sid'), names.nameFor('csrf')]).toEqual([session, token])
  })
})
