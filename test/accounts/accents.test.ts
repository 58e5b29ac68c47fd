import { describe, expect, it } from 'vitest'
import { withoutAccents } from '#src/accounts/accents.js'
import { searchKey } from '#src/accounts/account.js'
import { reallyDifferent, sameButForAccents } from '../field/names.js'

describe('a text without accents', () => {
  it.each([
    ['keeps its case', 'ŁÓDŹ Łódź', 'LODZ Lodz'],
    ['has two letters for a ligature', 'Æsir, Œdipe, straße, STRAẞE', 'AEsir, OEdipe, strasse, STRASSE'],
    ['has an i for one without a dot, and an I for one with a dot', 'ıI iİ', 'iI iI'],
    ['keeps a capital that has no other form', 'ĸQ', 'qQ'],
    ['keeps marks that make another letter', 'がな हँस', 'がな हँस'],
    ['is composed', '\u1112\u1161\u11ab', '한'],
    ['stays plain', 'a.b-c_d 1', 'a.b-c_d 1'],
    ['loses a mark without a letter', '\u0301', ''],
  ])('%s: %j', (_what, text, plain) => {
    expect(withoutAccents(text)).toBe(plain)
  })
})

it.each(sameButForAccents)('a search does not tell %s and %s apart: %s', (typed, name) => {
  expect(searchKey(typed)).toBe(searchKey(name))
})

it.each(reallyDifferent)('a search tells %s and %s apart: %s', (one, other) => {
  expect(searchKey(one)).not.toBe(searchKey(other))
})
