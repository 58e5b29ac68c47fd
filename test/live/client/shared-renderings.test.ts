import { expect, it } from 'vitest'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'

it('renders each thing once for each kind', () => {
  const shared = new SharedRenderings()
  let count = 0
  const get = (kind: string, id: string) => shared.get(kind, id, () => `${kind} ${id} ${++count}`)
  const first = [get('row', 'm1'), get('row', 'm2'), get('article', 'm1'), get('article', 'm2')]
  expect(first).toEqual(['row m1 1', 'row m2 2', 'article m1 3', 'article m2 4'])
  expect([get('row', 'm1'), get('row', 'm2'), get('article', 'm1'), get('article', 'm2')]).toEqual(first)
})

it('keeps nothing of a rendering that failed', () => {
  const shared = new SharedRenderings()
  const fail = () => {
    throw new Error('not rendered')
  }
  expect(() => shared.get('row', 'm1', fail)).toThrow('not rendered')
  expect(shared.get('row', 'm2', () => 'another')).toBe('another')
  expect(shared.get('row', 'm1', () => 'rendered')).toBe('rendered')
})
