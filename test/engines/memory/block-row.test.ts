import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockRow } from '#src/engines/memory/block-row.js'
import type { Side, Stored } from '#src/engines/memory/message-block.js'
import { Slabs, type Span } from '#src/engines/memory/slabs.js'

const never = Number.POSITIVE_INFINITY
const sides = [0, 1] as const

function storedOf(seq: number, stored: Partial<Stored> = {}): Stored {
  return {
    ...{ seq, sender: 0, isHeld: false, nonce: `n${seq}`, text: '', sentAt: 0, expiresAt: 100 + seq, lifetimeMs: 100 },
    ...{ warnsAt: never, livesFrom: 'sent', hasBegun: true, keptTimes: 0 },
    ...stored,
  }
}

const knows = (side: Side) => (each: Stored) => !each.isHeld || each.sender === side

/** What a plain array finds in the same messages. */
class Model {
  messages: Stored[] = []

  after = (seq: number, side: Side, isFromOther: boolean) =>
    this.messages.filter(knows(side)).find(each => each.seq > seq && !(isFromOther && each.sender === side))?.seq ?? 0
  before = (seq: number, side: Side) => this.messages.filter(knows(side)).findLast(each => each.seq < seq)?.seq ?? 0
  countAfter = (seq: number, side: Side) => this.messages.filter(knows(side)).filter(each => each.seq > seq).length
  nextOf = (what: 'expiresAt' | 'warnsAt') => Math.min(never, ...this.messages.map(each => each[what]))
}

const step = fc.record({
  does: fc.constantFrom('append', 'append', 'append', 'remove', 'change', 'expire'),
  which: fc.nat(),
  sender: fc.constantFrom<Side>(0, 1),
  isHeld: fc.boolean(),
  at: fc.integer({ min: 1, max: 1_000 }),
  length: fc.constantFrom(1, 40, 700, 9_000),
})

function removeFrom(row: BlockRow, seq: number): void {
  const place = row.find(seq)
  if (place !== undefined) row.remove(place)
}

describe('a row of blocks', () => {
  it('finds and counts what looking at every message would, whatever came, changed and went', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), steps => {
        const row = new BlockRow()
        const model = new Model()
        for (const [index, { does, which, sender, isHeld, at, length }] of steps.entries()) {
          const place = model.messages[which % model.messages.length]
          const found = place && row.find(place.seq)
          if (does === 'append' || place === undefined || found === undefined) {
            const stored = storedOf(index + 1, { sender, isHeld, expiresAt: at, text: 'x'.repeat(length) })
            row.append(stored)
            model.messages.push(stored)
          } else if (does === 'change') {
            const changed = { ...place, expiresAt: at, warnsAt: at - 1 }
            row.setLife(found, changed)
            model.messages = model.messages.map(each => (each === place ? changed : each))
          } else {
            const gone = does === 'expire' ? row.findDue(at) : found
            expect(gone?.block.expiresAtOf(gone.index) ?? never).toBe(
              does === 'remove' ? place.expiresAt : model.nextOf('expiresAt') <= at ? model.nextOf('expiresAt') : never,
            )
            if (gone === undefined) continue
            const seq = gone.block.seqAt(gone.index)
            row.remove(gone)
            model.messages = model.messages.filter(each => each.seq !== seq)
          }
          expect([row.size, row.nextExpiry, row.nextWarning]).toEqual([
            model.messages.length,
            model.nextOf('expiresAt'),
            model.nextOf('warnsAt'),
          ])
        }
        expect([...row.between(0, never)].map(({ block, index }) => block.read(index))).toEqual(model.messages)
        for (let seq = 0; seq <= steps.length + 1; seq += 1) {
          for (const side of sides) {
            expect(row.after(seq, side)).toBe(model.after(seq, side, false))
            expect(row.after(seq, side, true)).toBe(model.after(seq, side, true))
            expect(row.before(seq, side)).toBe(model.before(seq, side))
            expect(row.countAfter(seq, side)).toBe(model.countAfter(seq, side))
          }
        }
      }),
    )
  })

  it('gives the messages between two numbers, both included', () => {
    const row = new BlockRow()
    for (const seq of [1, 2, 4, 5, 7]) row.append(storedOf(seq))
    const between = (from: number, to: number) =>
      [...row.between(from, to)].map(({ block, index }) => block.seqAt(index))
    expect([between(2, 5), between(3, 3), between(6, 9)]).toEqual([[2, 4, 5], [], [7]])
  })

  it('finds the message whose warning is due first', () => {
    const row = new BlockRow()
    for (const seq of [1, 2, 3]) row.append(storedOf(seq, { warnsAt: 10 - seq }))
    expect(row.findWarning(6)).toBeUndefined()
    const place = row.findWarning(7)
    expect(place?.block.seqAt(place.index)).toBe(3)
  })

  it('gives back what long messages took that are gone, whatever is kept between them', () => {
    const row = new BlockRow()
    for (let seq = 1; seq <= 400; seq += 1) row.append(storedOf(seq, { text: seq % 40 === 0 ? '' : 'x'.repeat(1_000) }))
    for (let seq = 1; seq <= 400; seq += 1) {
      const place = seq % 40 === 0 ? undefined : row.find(seq)
      if (place !== undefined) row.remove(place)
    }
    const blocks = new Set([...row.between(0, never)].map(({ block }) => block))
    expect([...blocks].reduce((sum, { capacity }) => sum + capacity, 0)).toBeLessThan(4_000)
    expect(row.size).toBe(10)
  })

  it.each<[string, (row: BlockRow) => void]>([
    ['once they are all gone', row => [1, 2, 3, 4].map(seq => removeFrom(row, seq))],
    ['once it is cleared', row => row.clear()],
  ])('leaves no byte of its messages anywhere %s, wherever they were before', (_when, empty) => {
    const spans: Span[] = []
    class WatchedSlabs extends Slabs {
      override take(bytes: number): Span {
        const span = super.take(bytes)
        spans.push(span)
        return span
      }
    }
    const row = new BlockRow(new WatchedSlabs())
    for (const [index, length] of [10, 500, 1_000, 70_000].entries()) {
      row.append(storedOf(index + 1, { text: 'secret'.repeat(length / 10) }))
    }
    const holding = () => spans.filter(({ bytes }) => bytes.includes('secret')).length
    expect(holding()).toBeGreaterThan(0)
    empty(row)
    expect(holding()).toBe(0)
  })

  it('takes the memory that a room of few messages needs, and the same once they come and go', () => {
    const row = new BlockRow()
    const capacity = () => {
      const blocks = new Set([...row.between(0, never)].map(({ block }) => block))
      return [...blocks].reduce((sum, { capacity }) => sum + capacity, 0)
    }
    row.append(storedOf(1, { text: 'x'.repeat(48) }))
    expect(capacity()).toBe(512)
    for (let seq = 2; seq <= 1_000; seq += 1) {
      row.append(storedOf(seq, { text: 'x'.repeat(48) }))
      if (seq > 10) removeFrom(row, seq - 10)
      expect(capacity()).toBeLessThan(5_000)
    }
  })

  it('tells which messages live as ranges, which what is held does not break', () => {
    const row = new BlockRow()
    for (const seq of [1, 2, 4, 5, 6, 9]) row.append(storedOf(seq, { isHeld: seq === 5 || seq === 9 }))
    expect(row.rangesUpTo(9, 1, 9)).toEqual([
      { from: 1, to: 2 },
      { from: 4, to: 6 },
    ])
    expect(row.rangesUpTo(9, 1, 1)).toEqual([{ from: 4, to: 6 }])
  })
})
