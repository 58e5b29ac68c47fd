import { expect, it } from 'vitest'
import { RecentValues } from '#src/recent-values.js'

it('values are made once while they are among those used last, of which alone are kept', () => {
  const values = new RecentValues<string>(2)
  const made: string[] = []
  const get = (key: string) =>
    values.get(key, () => {
      made.push(key)
      return `value of ${key}`
    })
  expect(['a', 'b', 'a', 'c', 'a'].map(get)).toEqual(['a', 'b', 'a', 'c', 'a'].map(key => `value of ${key}`))
  expect(made).toEqual(['a', 'b', 'c'])
  get('b')
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})
