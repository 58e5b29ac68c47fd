import { expect, it } from 'vitest'
import { RecentValues } from '#src/recent-values.js'

/** Values of which so many are kept, and what was made of them so far, in order. */
function keep(limit: number) {
  const values = new RecentValues<string>(limit)
  const made: string[] = []
  const get = (key: string) =>
    values.get(key, () => {
      made.push(key)
      return `value of ${key}`
    })
  return { get, made }
}

it('values are made once while they are among those used last, of which alone are kept', () => {
  const { get, made } = keep(2)
  expect(['a', 'b', 'a', 'c', 'a'].map(get)).toEqual(['a', 'b', 'a', 'c', 'a'].map(key => `value of ${key}`))
  expect(made).toEqual(['a', 'b', 'c'])
  get('b')
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

it('no more are kept than the limit allows, and no fewer', () => {
  const { get, made } = keep(3)
  for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) get(key)
  expect(made).toEqual(['a', 'b', 'c'])
  get('d')
  get('c')
  expect(made).toEqual(['a', 'b', 'c', 'd', 'c'])
})

it('values that say nothing are kept like any other', () => {
  const values = new RecentValues<number | string | boolean>(5)
  for (const value of [0, '', false]) {
    values.get(`key ${value}`, () => value)
    expect(values.get(`key ${value}`, () => 'made anew')).toBe(value)
  }
})
