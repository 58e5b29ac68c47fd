import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fittedSize, isLong, longestSide, shapeOf } from '#src/picture-size.js'

const usual = { maxWidth: 1280, maxHeight: 1280 }
const fitted = (width: number, height: number, limits = usual) => {
  const size = fittedSize({ width, height }, limits)
  return [size.width, size.height]
}

describe('a picture of a usual shape', () => {
  it.each([
    [4000, 3000, [1280, 960]],
    [3000, 4000, [960, 1280]],
    [640, 480, [640, 480]],
    [1280, 3840, [427, 1280]],
    [3840, 1280, [1280, 427]],
    [1, 1, [1, 1]],
  ])('of %i x %i fits with both sides', (width, height, size) => {
    expect(fitted(width, height)).toEqual(size)
  })

  it('fits within sides that differ', () => {
    expect(fitted(101, 81, { maxWidth: 100, maxHeight: 80 })).toEqual([100, 80])
    expect(fitted(300, 300, { maxWidth: 100, maxHeight: 80 })).toEqual([80, 80])
  })
})

describe('a picture that is more than three times as long as wide', () => {
  it('begins beyond three to one, either way', () => {
    expect([isLong({ width: 300, height: 100 }), isLong({ width: 100, height: 300 })]).toEqual([false, false])
    expect([isLong({ width: 301, height: 100 }), isLong({ width: 100, height: 301 })]).toEqual([true, true])
  })

  it.each([
    ['a screenshot of a page', 1080, 14_500, [698, 9380]],
    ['a panorama', 14_500, 1080, [9380, 698]],
    ['one that is small', 400, 4000, [400, 4000]],
    ['one whose short side is too long', 2000, 6002, [1280, 3841]],
    ['one of the longest side', 400, longestSide, [400, longestSide]],
    ['one whose long side is too long', 10, 20_000, [8, longestSide]],
    ['a line', longestSide, 1, [longestSide, 1]],
  ])('keeps what can be read of it: %s', (_what, width, height, size) => {
    expect(fitted(width, height)).toEqual(size)
  })

  it('has at most four times the pixels of the largest usual one, and sides within its limits, whatever it is', () => {
    for (const limits of [usual, { maxWidth: 100, maxHeight: 80 }, { maxWidth: 16_383, maxHeight: 9 }])
      for (const width of [1, 7, 99, 333, 1080, 2222, 16_383])
        for (const height of [1, 7, 99, 333, 1080, 2222, 16_383]) {
          const size = fittedSize({ width, height }, limits)
          const what = JSON.stringify({ width, height, limits, size })
          expect(size.width * size.height, what).toBeLessThanOrEqual(4 * limits.maxWidth * limits.maxHeight)
          expect(Math.max(size.width, size.height), what).toBeLessThanOrEqual(longestSide)
          expect([size.width <= width, size.height <= height], what).toEqual([true, true])
          if (isLong({ width, height }))
            expect(height > width ? size.width <= limits.maxWidth : size.height <= limits.maxHeight, what).toBe(true)
        }
  })
})

describe('in a message', () => {
  const shapes = (...sizes: (readonly [number, number])[]) => sizes.map(([width, height]) => shapeOf({ width, height }))

  it('a picture that is much wider than high is limited by its width, and a long one is not shown whole', () => {
    expect(shapes([1280, 960], [1280, 1142], [300, 100])).toEqual(['', '', ''])
    expect(shapes([301, 100], [100, 301])).toEqual(['wide', 'tall'])
  })

  it('an upright one is limited by the height of a shape that is not wider than its own', () => {
    expect(shapes([1, 1], [1400, 1280], [960, 1280], [720, 1280], [590, 1280])).toEqual([
      'upright-100',
      'upright-100',
      'upright-75',
      'upright-56',
      'upright-46',
    ])
    expect(shapes([99, 100], [100, 300])).toEqual(['upright-80', 'upright-33'])
  })

  it('each shape has a rule in the style sheet', () => {
    const styles = readFileSync('src/browser/styles/pictures.css', 'utf8')
    const used = new Set(Array.from({ length: 300 }, (_, height) => shapeOf({ width: 100, height: height + 1 })))
    for (const shape of used) expect(styles).toContain(shape && `.${shape}`)
  })
})
