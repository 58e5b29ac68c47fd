import { describe, expect, it } from 'vitest'
import { backOff, HostLine } from '#src/push/host-line.js'

const inTheMiddle = 0.5

describe('a delay', () => {
  it('doubles with each try, up to the longest', () => {
    const delays = [1, 2, 3, 4, 5].map(tries => backOff(5000, tries, 60_000, inTheMiddle))
    expect(delays).toEqual([5000, 10_000, 20_000, 40_000, 60_000])
  })

  it('is up to a fifth shorter or longer', () => {
    expect([backOff(5000, 1, 60_000, 0), backOff(5000, 1, 60_000, 1)]).toEqual([4000, 6000])
  })
})

describe('the line of a host', () => {
  function lineOf(count: number): HostLine<number> {
    const line = new HostLine<number>('push.test', 'push.test')
    for (let entry = 0; entry < count; entry += 1) line.ready.add(entry)
    return line
  }

  /** Has it fail so many times, and returns which rests began. */
  const fail = (line: HostLine<number>, times: number, now = 0) =>
    Array.from({ length: times }, () => line.failed(now, inTheMiddle))

  it('lets ten begin at once', () => {
    const line = lineOf(11)
    line.underWay = 9
    expect(line.mayBegin(0)).toBe(true)
    line.underWay = 10
    expect(line.mayBegin(0)).toBe(false)
  })

  it('lets none begin where none is ready', () => {
    expect(lineOf(0).mayBegin(0)).toBe(false)
  })

  it('rests after three failures in a row, and what fails meanwhile counts no more', () => {
    const line = lineOf(2)
    expect(fail(line, 5)).toEqual([0, 0, 1, 0, 0])
    expect([line.restsUntil, line.mayBegin(4999), line.mayBegin(5000)]).toEqual([5000, false, true])
  })

  it('is tried by one after a rest, and rests for longer if that fails too', () => {
    const line = lineOf(2)
    fail(line, 3)
    line.underWay = 1
    expect(line.mayBegin(5000)).toBe(false)
    expect([line.failed(5000, inTheMiddle), line.restsUntil]).toEqual([2, 15_000])
  })

  it('rests a minute at most', () => {
    const line = lineOf(1)
    for (let now = 0; now < 3_600_000; now = line.restsUntil) {
      line.failed(now, inTheMiddle)
      expect(line.restsUntil - now).toBeLessThanOrEqual(60_000)
      if (line.restsUntil === 0) line.failed(now, inTheMiddle)
    }
  })

  it('begins anew once it has answered', () => {
    const line = lineOf(5)
    fail(line, 3)
    line.answered()
    line.underWay = 4
    expect(line.mayBegin(1)).toBe(true)
    expect(fail(line, 2, 1)).toEqual([0, 0])
  })
})
