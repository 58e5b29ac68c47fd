import { expect, it } from 'vitest'
import { partAt, partLength, partsOf } from '#src/text-parts.js'

it.each([
  ['characters of two units', '😀'],
  ['lines that end with a CRLF', 'x\r\n'],
  ['lines that end with a CR', '\r'],
  ['characters torn already', '\uD800'],
])('a long text of %s comes in parts that tear none of them, and whole', (_kind, unit) => {
  for (const shift of ['', 'a', 'ab']) {
    const text = shift + unit.repeat(partLength)
    const parts = [...partsOf(text)]
    expect(parts.join('') === text).toBe(true)
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(partLength)
      expect(part).not.toMatch(/^(?:\n|[\uDC00-\uDFFF])/)
    }
  }
})

it('a part is as long as it may be, and ends with the text', () => {
  const text = 'x'.repeat(partLength + 1)
  expect([partAt(text, 0).length, partAt(text, 1).length, partAt(text, 2).length]).toEqual([
    partLength,
    partLength,
    partLength - 1,
  ])
  expect(partLength).toBe(16_384)
})

it('what stands last in a text is no longer torn, though it looks so', () => {
  for (const last of ['\r', '\uD83D']) {
    const text = 'x'.repeat(partLength - 1) + last
    expect(partAt(text, 0)).toBe(text)
    expect(partAt(`${text}y`, 0)).toBe('x'.repeat(partLength - 1))
  }
})

it('a text that fits is one part, one that does not two, and none is none', () => {
  const partsIn = (length: number) => [...partsOf('x'.repeat(length))].map(part => part.length)
  expect([0, 1, partLength, partLength + 1].map(partsIn)).toEqual([[], [1], [partLength], [partLength, 1]])
})
