import { describe, expect, it } from 'vitest'
import { figureOf, figuresOf, median, percentile, Series } from '../../../bench/driver/figures.mjs'

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

  it('is the value that this share of all values do not exceed, in whatever order they came', () => {
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 1)).toBe(100)
    expect(percentile([3, 1, 2], 0.99)).toBe(3)
  })

  it('of nothing is no number', () => {
    expect(percentile([], 0.99)).toBeNaN()
  })

  it('leaves the values in their order', () => {
    const values = [3, 1, 2]
    percentile(values, 0.5)
    expect(values).toEqual([3, 1, 2])
  })
})

describe('a median', () => {
  it('is the value in the middle, or the mean of two', () => {
    expect(median([10, 9, 1])).toBe(9)
    expect(median([10, 4, 1, 2])).toBe(3)
    expect(median([])).toBeNaN()
  })
})

describe('a figure', () => {
  it('is the median of the rounds with the lowest and the highest', () => {
    expect(figureOf([10, 100, 20])).toEqual({ median: 20, low: 10, high: 100 })
  })

  it('may be a single number', () => {
    expect(figuresOf({ bytes: 5, ms: figureOf([1, 2, 3]) })).toEqual({
      bytes: { median: 5, low: 5, high: 5 },
      ms: { median: 2, low: 1, high: 3 },
    })
  })
})

describe('a series', () => {
  it('gathers the rounds of each name', () => {
    const series = new Series()
    for (const value of [3, 1, 2]) series.note('a', value)
    series.note('b', 5)
    expect(series.figures).toEqual({ a: figureOf([1, 2, 3]), b: figureOf([5]) })
  })
})
