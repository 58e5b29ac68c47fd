import fc from 'fast-check'
import { expect, test } from 'vitest'
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
