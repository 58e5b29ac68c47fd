import { expect, it } from 'vitest'
import { partLength, partsOf } from '#src/text-parts.js'

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
