import { expect, it } from 'vitest'
import { isWeakSecret } from '#src/weak-secret.js'

it.each([
  ['few different characters', 'aabbccddeeffggaabbaccddeeffggabcdefg'],
  ['one piece over and over', 'q7Rk9zLw'.repeat(5)],
  ['a long piece over and over', 'q7Rk9zLwX2mV5tBn'.repeat(3)],
  ['a piece that is cut short at the end', `${'q7Rk9zLw'.repeat(4)}q7R`],
  ['runs', 'abcdefghijklmnopqrstuvwxyz012345'],
  ['a tutorial’s words', 'your-super-secret-jwt-key-change-this-in-production'],
  ['such words without spaces', 'MySuperSecretKeyMustBeLongButThisIsNot1234'.replace('But', 'And')],
  ['such words and numbers', 'a-string-secret-at-least-256-bits-long'],
  ['a well-known phrase beside others', 'xK9-changeme-vQ2-keyboard-cat-zL7-wR4-tB6'],
  ['a phrase in capitals and signs', 'acme CHANGE_THIS acme 8f2k9d7s6a5q4w3e'],
])('a secret of %s is weak: %s', (_what, value) => {
  expect(isWeakSecret(value)).toBe(true)
})

it.each([
  ['eight different characters', 'acegikmoacgeimkoegacokimgecaomki'],
  ['a piece that is too long to be looked for', 'q7Rk9zLwX2mV5tBn8'.repeat(2)],
  ['some runs', 'abcdefgh-QWRTZ-ijklmnop-XCVBN-3141'],
  ['random hexadecimal digits', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['words that nobody uses as a placeholder', 'purple otter climbs seven quiet ladders'],
  ['digits alone', '83017459260381746592018374650192'],
])('a secret of %s is not: %s', (_what, value) => {
  expect(isWeakSecret(value)).toBe(false)
})
