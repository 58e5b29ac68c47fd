import { expect, it } from 'vitest'
import { NameIndex } from '#src/accounts/store/name-index.js'

function indexOf(...names: string[]): NameIndex {
  const index = new NameIndex()
  for (const name of names) index.add(name, `id-${name}`)
  return index
}

it('finds a whole name and a part of it, beginnings first, without regard to case and accents', () => {
  const index = indexOf('Łukasz', 'Pawluk', 'luka', 'Anna')
  expect(index.find('LUKASZ')).toEqual(['id-Łukasz'])
  expect(index.find('luk')).toEqual([])
  expect(index.search('łuk', 9)).toEqual(['id-luka', 'id-Łukasz', 'id-Pawluk'])
  expect(index.search('łuk', 2)).toEqual(['id-luka', 'id-Łukasz'])
})

it('finds everybody by nothing, and nobody by an accent alone', () => {
  const index = indexOf('José', 'Ann')
  expect(index.search('', 9)).toEqual(['id-Ann', 'id-José'])
  expect(index.search('\u0301', 9)).toEqual([])
})

it('keeps apart the people whose names a search does not tell apart', () => {
  const index = indexOf('José', 'jose', 'Josef')
  expect(index.find('jose')).toEqual(['id-José', 'id-jose'])
  expect(index.search('jose', 9)).toEqual(['id-José', 'id-jose', 'id-Josef'])
  expect(index.search('jose', 1)).toEqual(['id-José'])
  index.remove('José', 'id-José')
  expect(index.search('jose', 9)).toEqual(['id-jose', 'id-Josef'])
  index.remove('jose', 'id-jose')
  expect(index.search('jose', 9)).toEqual(['id-Josef'])
  expect(index.find('jose')).toEqual([])
})

it('is independent of its copy', () => {
  const index = indexOf('ann')
  const copy = index.clone()
  index.add('bob', 'id-bob')
  copy.remove('ann', 'id-ann')
  expect([index.search('', 9), copy.search('', 9)]).toEqual([['id-ann', 'id-bob'], []])
})
