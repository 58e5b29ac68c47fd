import { describe, expect, it } from 'vitest'
import { Slabs, type Span } from '#src/engines/memory/slabs.js'

const contentOf = ({ bytes, start, length }: Span) => bytes.subarray(start, start + length)
const holdsAll = (span: Span, value: number) => contentOf(span).every(byte => byte === value)

describe('memory in slabs', () => {
  it.each([1, 512, 513, 8_192, 8_193, 100_000])('gives at least %d bytes, all 0, and not much more', bytes => {
    const span = new Slabs().take(bytes)
    expect(span.length).toBeGreaterThanOrEqual(bytes)
    expect(span.length).toBeLessThanOrEqual(Math.max(2 * bytes, 512))
    expect(holdsAll(span, 0)).toBe(true)
  })

  it('gives to nobody what another holds', () => {
    const slabs = new Slabs()
    const spans = Array.from({ length: 500 }, (_, index) => slabs.take(100 * (1 + (index % 80))))
    for (const [index, span] of spans.entries()) contentOf(span).fill(1 + (index % 250))
    expect(spans.every((span, index) => holdsAll(span, 1 + (index % 250)))).toBe(true)
  })

  it('gives again what was given back, overwritten', () => {
    const slabs = new Slabs()
    const span = slabs.take(1_000)
    contentOf(span).fill(7)
    slabs.release(span)
    const again = slabs.take(1_000)
    expect([again.bytes, again.start]).toEqual([span.bytes, span.start])
    expect(holdsAll(again, 0)).toBe(true)
  })

  it('overwrites what was too long for a slab, too', () => {
    const slabs = new Slabs()
    const span = slabs.take(100_000)
    contentOf(span).fill(7)
    slabs.release(span)
    expect(holdsAll(span, 0)).toBe(true)
  })

  it('keeps a few empty slabs for spans of any size, and lets go of the others', () => {
    const slabs = new Slabs()
    const spans = Array.from({ length: 64 }, () => slabs.take(8_192))
    for (const span of spans) slabs.release(span)
    const taken = new Set(spans.map(({ bytes }) => bytes))
    const again = new Set(Array.from({ length: 8 * 128 }, () => slabs.take(512)).map(({ bytes }) => bytes))
    expect([taken.size, again.size, [...again].filter(bytes => taken.has(bytes)).length]).toEqual([8, 8, 4])
  })

  it('gives what is free in a slab also once another, of which all was given back, is empty', () => {
    const slabs = new Slabs()
    const spans = Array.from({ length: 24 }, () => slabs.take(8_192))
    const slabOf = (index: number) => spans.slice(8 * index, 8 * index + 8)
    for (const index of [0, 1, 2]) slabs.release(slabOf(index)[0] ?? expect.fail())
    for (const span of slabOf(0).slice(1)) slabs.release(span)
    const again = [slabs.take(8_192), slabs.take(8_192)]
    expect(again.map(({ bytes }) => [0, 1, 2].find(index => slabOf(index)[0]?.bytes === bytes)).sort()).toEqual([1, 2])
  })

  it('says what taken spans keep from others: slabs with a single one as a whole, what is too long for one as it is', () => {
    const slabs = new Slabs()
    const spans = [1, 512, 8_192, 10_000].map(bytes => slabs.take(bytes))
    expect(slabs.bytes).toBe(2 * 65_536 + 10_000)
    slabs.release(spans[3] ?? expect.fail())
    slabs.release(spans[0] ?? expect.fail())
    expect(slabs.bytes).toBe(2 * 65_536)
    for (const span of spans.slice(1, 3)) slabs.release(span)
    expect(slabs.bytes).toBe(0)
  })
})
