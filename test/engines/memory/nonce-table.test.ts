import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashNonce, NonceTable } from '#src/engines/memory/nonce-table.js'

const anyOne = () => true

describe('a table of nonces', () => {
  it('finds a message by the hash of its nonce', () => {
    const table = new NonceTable()
    table.add(7, 1)
    expect([table.find(7, anyOne), table.find(8, anyOne)]).toEqual([1, undefined])
  })

  it('finds among messages of one hash the one that is looked for', () => {
    const table = new NonceTable()
    for (const seq of [1, 2, 3]) table.add(7, seq)
    expect(table.find(7, seq => seq === 2)).toBe(2)
    expect(table.find(7, seq => seq === 4)).toBeUndefined()
  })

  it('asks about no message of another hash', () => {
    const table = new NonceTable()
    table.add(7, 1)
    table.add(7 + 1_024, 2)
    const asked: number[] = []
    table.find(7 + 1_024, seq => asked.push(seq) < 0)
    expect(asked).toEqual([2])
  })

  it('finds what was added and not removed, whatever else was, in any order', () => {
    const hash = fc.integer({ min: 0, max: 40 }).map(number => (number * 0x9e3779b9) >>> (number % 5))
    const step = fc.record({ isAdded: fc.boolean(), hash, which: fc.nat() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const table = new NonceTable()
        const model = new Map<number, number>()
        for (const [index, { isAdded, hash, which }] of steps.entries()) {
          const seqs = [...model.keys()]
          const seq = seqs[which % seqs.length]
          if (isAdded || seq === undefined) {
            table.add(hash, index + 1)
            model.set(index + 1, hash)
          } else {
            table.remove(model.get(seq) ?? 0, seq)
            model.delete(seq)
          }
          for (const [seq, hash] of model) expect(table.find(hash, each => each === seq)).toBe(seq)
          expect(table.find(hash, each => !model.has(each))).toBeUndefined()
        }
      }),
    )
  })
})

describe('the hash of a nonce', () => {
  it('is the same each time, and another for the other person and for another nonce', () => {
    const hashes = [hashNonce('nonce', 0), hashNonce('nonce', 1), hashNonce('nonc', 0), hashNonce('ecnon', 0)]
    expect(hashNonce('nonce', 0)).toBe(hashes[0])
    expect(new Set(hashes).size).toBe(4)
  })
})
