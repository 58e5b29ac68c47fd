import { expect, it } from 'vitest'
import { checkUsername } from '#src/accounts/username.js'

it.each([
  'abc',
  'x'.repeat(30),
  '𠮷野家',
  'a.b',
  'a-b',
  'a_b',
  '_1_',
  'Łukasz99',
  'ᾍδης',
  'z\u0308\u0301o',
  'さくら桜サクラ',
  '김철수',
  '李小龙',
])('a name may be %s', name => {
  expect(checkUsername(name)).toBeNull()
})

it.each([
  ['two characters', 'ab', 'username_invalid'],
  ['31 characters', 'x'.repeat(31), 'username_invalid'],
  ['two characters of two units each', '𠮷𠮷', 'username_invalid'],
  ['a space', 'a b', 'username_invalid'],
  ['another sign', 'a+b', 'username_invalid'],
  ['signs alone', '._-', 'username_invalid'],
  ['a mark without a letter', '\u0301abc', 'username_invalid'],
  ['three marks on a letter', 'a\u0301\u0302\u0303bc', 'username_invalid'],
  ['a character that shows nothing', 'ab\u034fc', 'username_invalid'],
  ['a letter of no script that is written', 'ab\u{16800}c', 'username_invalid'],
  ['letters of two scripts', 'аlice', 'username_mixed_scripts'],
  ['scripts that are not written together', 'さくら김', 'username_mixed_scripts'],
  ['a reserved word', 'admin', 'username_reserved'],
  ['what looks like one', 'r00t', 'username_reserved'],
] as const)('a name may not be %s: %j', (_what, name, problem) => {
  expect(checkUsername(name)).toBe(problem)
})
