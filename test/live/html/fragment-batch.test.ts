import { expect, it } from 'vitest'
import { FragmentBatch } from '#src/live/html/fragment-batch.js'

it('takes what was added, in order, once', () => {
  const batch = new FragmentBatch()
  batch.add('a')
  batch.add('b')
  expect(batch.take()).toEqual({ html: 'ab', isCatchUp: false })
  expect(batch.take()).toBe(null)
})

it('takes nothing where nothing was added, or it was cleared', () => {
  const batch = new FragmentBatch()
  expect(batch.take()).toBe(null)
  batch.add('a', true)
  batch.clear()
  expect(batch.take()).toBe(null)
  batch.add('b')
  expect(batch.take()).toEqual({ html: 'b', isCatchUp: false })
})

it('catches up if any of its parts does, until it is taken', () => {
  const batch = new FragmentBatch()
  batch.add('a')
  batch.add('b', true)
  batch.add('c')
  expect(batch.take()).toEqual({ html: 'abc', isCatchUp: true })
  batch.add('d')
  expect(batch.take()).toEqual({ html: 'd', isCatchUp: false })
})
