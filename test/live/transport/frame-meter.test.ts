import { beforeEach, describe, expect, it } from 'vitest'
import { FrameMeter } from '#src/live/transport/frame-meter.js'
import { FakeClock } from '../../support/fake-clock.js'

const perSecond = 3

let clock: FakeClock
let meter: FrameMeter
beforeEach(() => {
  clock = new FakeClock()
  meter = new FrameMeter(clock, perSecond)
})

/** Counts so many frames at once; the answer is about the last of them. */
function countMany(frames: number) {
  for (let frame = 1; frame < frames; frame += 1) meter.count()
  return meter.count()
}

describe('frames within a second', () => {
  it('are taken without a pause up to their limit', () => {
    expect(countMany(perSecond)).toEqual({ pauseMs: 0, isTooFast: false })
  })

  it('beyond it are followed by a pause to the end of the second', async () => {
    countMany(perSecond)
    await clock.advance(400)
    expect(meter.count()).toEqual({ pauseMs: 600, isTooFast: false })
  })

  it('count from the first of them on, and not in the next second', async () => {
    countMany(perSecond)
    await clock.advance(999)
    expect(meter.count().pauseMs).toBe(1)
    await clock.advance(1)
    expect(countMany(perSecond).pauseMs).toBe(0)
    expect(meter.count().pauseMs).toBe(1000)
  })
})

describe('a connection that is over its limit', () => {
  it('in six seconds, one after the other, is too fast in the sixth', async () => {
    for (let second = 1; second <= 5; second += 1) {
      expect(countMany(perSecond + 1).isTooFast).toBe(false)
      await clock.advance(1000)
    }
    expect(countMany(perSecond)).toEqual({ pauseMs: 0, isTooFast: false })
    expect(meter.count()).toEqual({ pauseMs: 1000, isTooFast: true })
  })

  it('begins anew after a second within the limit', async () => {
    for (let second = 1; second <= 5; second += 1) {
      countMany(perSecond + 1)
      await clock.advance(1000)
    }
    countMany(perSecond)
    await clock.advance(1000)
    expect(countMany(perSecond + 1).isTooFast).toBe(false)
  })

  it('begins anew after a second of silence, and not after less', async () => {
    for (const [silenceMs, isTooFast] of [
      [999, true],
      [1000, false],
    ] as const) {
      meter = new FrameMeter(clock, perSecond)
      for (let second = 1; second <= 5; second += 1) {
        countMany(perSecond + 1)
        await clock.advance(second < 5 ? 1000 : 1000 + silenceMs)
      }
      expect(countMany(perSecond + 1).isTooFast).toBe(isTooFast)
    }
  })
})

describe('frames that cannot be read', () => {
  it('are too many with the twentieth', () => {
    for (let frame = 1; frame <= 19; frame += 1) expect(meter.countBad()).toBe(false)
    expect(meter.countBad()).toBe(true)
  })

  it('count for a minute from the first of them on', async () => {
    meter.countBad()
    await clock.advance(59_999)
    for (let frame = 2; frame <= 19; frame += 1) expect(meter.countBad()).toBe(false)
    await clock.advance(1)
    for (let frame = 1; frame <= 19; frame += 1) expect(meter.countBad()).toBe(false)
    await clock.advance(59_999)
    expect(meter.countBad()).toBe(true)
  })
})

describe('what a frame waits for its person’s other connections', () => {
  it('is what their share says, by its length', () => {
    const lengths: number[] = []
    const share = {
      take: (bytes: number) => {
        lengths.push(bytes)
        return 70
      },
      end: () => {},
    }
    expect(new FrameMeter(clock, perSecond, share).waitMs(1234)).toBe(70)
    expect(lengths).toEqual([1234])
  })

  it('is nothing without a share', () => {
    expect(meter.waitMs(1_000_000)).toBe(0)
  })
})
