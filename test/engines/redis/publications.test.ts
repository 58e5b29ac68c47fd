import { describe, expect, it } from 'vitest'
import { readPublication } from '#src/engines/redis/publications.js'

type Value = string | number | boolean | readonly Value[]

/** Packs short values as scripts do. */
function pack(value: Value): Buffer {
  if (typeof value === 'boolean') return Buffer.of(value ? 0xc3 : 0xc2)
  if (typeof value === 'number') return Buffer.of(value)
  if (typeof value === 'string') return Buffer.concat([Buffer.of(0xa0 + value.length), Buffer.from(value)])
  return Buffer.concat([Buffer.of(0x90 + value.length), ...value.map(pack)])
}

const publish = (told: Value[], notices: Value[] = []) =>
  Buffer.concat(['room', 'begin', 'ann', 'bob', [], told, notices].map(each => pack(each)))
const unread = (_userId: string, count: number) => count + 10

// What each event says is tried by the suite of engines; here is what only a fault of ours could bring.
describe('a publication', () => {
  it('has what a person has unread in all partitions', () => {
    const { told } = readPublication(publish([[2, 'typing.changed', 1, false, 3, 5, [true]]]), unread)
    const event = {
      type: 'typing.changed',
      roomId: 'room',
      userId: 'ann',
      isTyping: true,
      summary: null,
      totalUnread: 13,
    }
    expect(told).toEqual([{ userId: 'bob', event }])
  })

  it('tells nothing where only the number of unread is meant', () => {
    const noted: unknown[] = []
    const read = readPublication(publish([[1, '', 0, false, 2, 5, []]]), (...args) => noted.push(args))
    expect([read.told, noted]).toEqual([[], [['ann', 2, 5]]])
  })

  it('is refused with an unknown event, reason or notice', () => {
    expect(() => readPublication(publish([[1, 'news', 1, false, 0, 5, []]]), unread)).toThrow(RangeError)
    expect(() => readPublication(publish([[1, 'room.dissolved', 1, false, 0, 5, ['boredom', 0]]]), unread)).toThrow(
      RangeError,
    )
    expect(() =>
      readPublication(publish([[1, 'messages.kept', 1, false, 0, 5, ['fun', 1, [], false]]]), unread),
    ).toThrow(RangeError)
    expect(() => readPublication(publish([], [['news']]), unread)).toThrow(RangeError)
  })
})
