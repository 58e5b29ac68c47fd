import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Heap, type HeapEntry } from '#src/engines/memory/heap.js'

const operations = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('add'), entry: fc.nat({ max: 30 }), dueAt: fc.nat({ max: 50 }) }),
    fc.record({ type: fc.constant('remove'), entry: fc.nat({ max: 30 }), dueAt: fc.constant(0) }),
  ),
  { maxLength: 120, size: 'max' },
)

test('a heap gives what is due first, whatever was put in, moved and taken out before', () => {
  fc.assert(
    fc.property(operations, sequence => {
      const heap = new Heap<HeapEntry>()
      const entries = Array.from({ length: 31 }, () => ({ dueAt: 0, place: -1 }))
      const inside = new Set<HeapEntry>()
      for (const { type, entry: index, dueAt } of sequence) {
        const entry = entries[index]
        if (entry === undefined) continue
        if (type === 'add') {
          heap.add(entry, dueAt)
          inside.add(entry)
        } else {
          heap.remove(entry)
          inside.delete(entry)
        }
      }
      const expected = [...inside].map(entry => entry.dueAt).sort((a, b) => a - b)
      const actual: number[] = []
      for (let first = heap.first; first !== undefined; first = heap.first) {
        actual.push(first.dueAt)
        heap.remove(first)
        expect(first.place).toBe(-1)
      }
      expect(actual).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

/** A heap of entries that are due at these times. */
function heapOf(...times: number[]) {
  const heap = new Heap<HeapEntry>()
  const entries = times.map(dueAt => {
    const entry = { dueAt: -1, place: -1 }
    heap.add(entry, dueAt)
    return entry
  })
  const drain = () => {
    const drained: number[] = []
    for (let first = heap.first; first !== undefined; first = heap.first) {
      drained.push(first.dueAt)
      heap.remove(first)
    }
    return drained
  }
  const at = (index: number) => {
    const entry = entries[index]
    if (entry === undefined) throw new Error(`There is no entry ${index}`)
    return entry
  }
  return { heap, at, drain }
}

describe('a heap', () => {
  it('has no first entry while it is empty', () => {
    expect(new Heap<HeapEntry>().first).toBeUndefined()
  })

  it('tells an entry its time and its place', () => {
    const { at } = heapOf(20, 10)
    expect([at(0), at(1)]).toEqual([
      { dueAt: 20, place: 1 },
      { dueAt: 10, place: 0 },
    ])
  })

  it.each([
    ['forward', 2, 5],
    ['back', 0, 60],
    ['nowhere', 1, 20],
  ])('moves an entry %s that is in it', (_title, index, dueAt) => {
    const { heap, at, drain } = heapOf(10, 20, 30, 40, 50)
    const expected = [10, 20, 30, 40, 50].with(index, dueAt).sort((a, b) => a - b)
    heap.add(at(index), dueAt)
    expect(drain()).toEqual(expected)
  })

  it.each([0, 1, 2, 3, 4])('closes up where an entry is taken out: %i', index => {
    const { heap, at, drain } = heapOf(10, 20, 30, 40, 50)
    heap.remove(at(index))
    expect(at(index).place).toBe(-1)
    expect(drain()).toEqual([10, 20, 30, 40, 50].toSpliced(index, 1))
  })

  it('lets an entry rise that takes the place of a later one', () => {
    // The last entry is due before the parent of the place that becomes free.
    const { heap, at, drain } = heapOf(1, 100, 2, 101, 102, 3, 4)
    heap.remove(at(3))
    expect(drain()).toEqual([1, 2, 3, 4, 100, 102])
  })

  it('does not mind that an entry is taken out twice', () => {
    const { heap, at, drain } = heapOf(10, 20)
    heap.remove(at(0))
    heap.remove(at(0))
    expect(drain()).toEqual([20])
  })

  it('takes an entry again that was taken out', () => {
    const { heap, at, drain } = heapOf(10, 20)
    heap.remove(at(0))
    heap.add(at(0), 30)
    expect(drain()).toEqual([20, 30])
  })
})
