import { describe, expect, it } from 'vitest'
import { PackedReader } from '#src/engines/redis/packed-reader.js'

const reader = (...bytes: (number | string)[]) =>
  new PackedReader(
    Buffer.concat(bytes.map(each => (typeof each === 'number' ? Buffer.of(each) : Buffer.from(each, 'hex')))),
  )

describe('a reader of what scripts pack', () => {
  it.each([
    [0x00, '', 0],
    [0x7f, '', 127],
    [0xe0, '', -32],
    [0xff, '', -1],
    [0xcc, 'ff', 255],
    [0xcd, 'ffff', 65_535],
    [0xce, 'ffffffff', 4_294_967_295],
    [0xcf, '0000018bcfe56800', 1_700_000_000_000],
    [0xd0, '80', -128],
    [0xd1, '8000', -32_768],
    [0xd2, '80000000', -2_147_483_648],
    [0xd3, 'fffffffffffffffe', -2],
    [0xca, '3fc00000', 1.5],
    [0xcb, '4000cccccccccccd', 2.1],
  ])('reads a number of each kind: %i %s', (kind, bytes, number) => {
    expect(reader(kind, bytes).number()).toBe(number)
  })

  it.each([
    ['a1', 0xa3, 3],
    ['d9', 0xd9, 40],
    ['da', 0xda, 300],
    ['db', 0xdb, 70_000],
  ])('reads a string of each length: %s', (_kind, head, length) => {
    const lengthBytes = { 217: 1, 218: 2, 219: 4 }[head]
    const size = lengthBytes === undefined ? '' : length.toString(16).padStart(2 * lengthBytes, '0')
    const text = 'é'
      .repeat(length)
      .slice(0, length / 2)
      .padEnd(length - Math.floor(length / 2), 'x')
    const bytes = Buffer.from(text).subarray(0, length)
    expect(reader(head, size, bytes.toString('hex')).string()).toBe(bytes.toString())
    expect(reader(head, size, bytes.toString('hex')).bytes().equals(bytes)).toBe(true)
  })

  it('reads one value after the other, and lists in lists', () => {
    const list = reader(0x92, 0x92, 0x01, 0x02, 0x91, 0x03, 0xc3)
    expect(list.list(() => list.list(() => list.number()))).toEqual([[1, 2], [3]])
    expect(list.boolean()).toBe(true)
  })

  it('reads long lists, and an empty table of Lua as an empty list', () => {
    expect(reader(0xdc, '0011', '01'.repeat(17)).list(each => each.number())).toHaveLength(17)
    expect(reader(0xdd, '00000011', '01'.repeat(17)).list(each => each.number())).toHaveLength(17)
    expect([reader(0x80).array(), reader(0x90).array()]).toEqual([0, 0])
  })

  it('reads false as nothing where something may be missing', () => {
    const both = reader(0xc2, 0x05)
    expect([both.maybe(() => both.number()), both.maybe(() => both.number())]).toEqual([null, 5])
  })

  it('reads what was packed by itself within a string', () => {
    expect(reader(0xa2, 0x07, 0xc3).nested().number()).toBe(7)
  })

  it('refuses another kind of value than is wanted, and an end within a value', () => {
    expect(() => reader(0xc3).number()).toThrow(RangeError)
    expect(() => reader(0x01).boolean()).toThrow(RangeError)
    expect(() => reader(0x01).string()).toThrow(RangeError)
    expect(() => reader(0xa1, 0x61).array()).toThrow(RangeError)
    expect(() => reader(0xa4, 0x61).string()).toThrow(RangeError)
    expect(() => reader().number()).toThrow(RangeError)
  })
})
