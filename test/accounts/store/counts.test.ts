import { expect, it } from 'vitest'
import { Counts } from '#src/accounts/store/counts.js'

it('knows which values occur, each until it was removed as often as it was added', () => {
  const counts = new Counts<string>()
  for (const value of ['a', 'b', 'a']) counts.add(value)
  counts.remove('a')
  expect([[...counts.values].sort(), counts.has('a'), counts.has('c')]).toEqual([['a', 'b'], true, false])
  counts.remove('a')
  counts.remove('c')
  expect([[...counts.values], counts.has('a')]).toEqual([['b'], false])
})

it('is copied whole, and the copy goes its own way', () => {
  const counts = new Counts<string>()
  counts.add('a')
  counts.add('a')
  const copy = counts.clone()
  counts.remove('a')
  copy.add('b')
  expect([[...counts.values], [...copy.values]]).toEqual([['a'], ['a', 'b']])
  copy.remove('a')
  expect(copy.has('a')).toBe(true)
  copy.remove('a')
  expect(copy.has('a')).toBe(false)
})
