import { expect, it, onTestFinished, vi } from 'vitest'
import { offsetOf } from '#src/rendering/zone-offsets.js'

const minuteMs = 60_000
const winter = Date.UTC(2030, 0, 15, 12)

it.each([
  ['UTC', winter, 0],
  ['Europe/Berlin', winter, 60],
  ['America/New_York', winter, -300],
  ['Asia/Kathmandu', winter, 345],
  ['Pacific/Marquesas', winter, -570],
  ['Pacific/Kiritimati', winter, 840],
  ['Etc/GMT+12', winter, -720],
])('the clocks in %s are ahead of UTC by as much as they are: at %d, %d minutes', (zone, at, minutes) => {
  expect(offsetOf(zone, at)).toBe(minutes * minuteMs)
})

it('clocks are put forward and back at their moment', () => {
  const forward = Date.UTC(2030, 2, 31, 1)
  const back = Date.UTC(2030, 9, 27, 1)
  expect([forward - 1, forward, back - 1, back].map(at => offsetOf('Europe/Berlin', at) / minuteMs)).toEqual([
    60, 120, 120, 60,
  ])
})

it('clocks of long ago were apart by seconds as well', () => {
  expect(offsetOf('Africa/Monrovia', Date.UTC(1970, 0, 1))).toBe(-(44 * 60 + 30) * 1000)
  expect(offsetOf('Europe/Amsterdam', Date.UTC(1930, 0, 1))).toBe(offsetOf('Europe/Brussels', Date.UTC(1930, 0, 1)))
})

it('a zone is read once for all moments of the same quarter of an hour, and anew for the next', () => {
  const { prototype } = Intl.DateTimeFormat
  const format = Object.getOwnPropertyDescriptor(prototype, 'format') ?? {}
  let reads = 0
  Object.defineProperty(prototype, 'format', {
    ...format,
    get() {
      reads += 1
      return format.get?.call(this)
    },
  })
  onTestFinished(() => void Object.defineProperty(prototype, 'format', format))
  const quarter = Date.UTC(2031, 4, 1, 10, 15)
  const readsAt = (zone: string, at: number) => {
    offsetOf(zone, at)
    return reads
  }
  expect([0, 1, 15 * minuteMs - 1].map(ms => readsAt('Asia/Tokyo', quarter + ms))).toEqual([1, 1, 1])
  expect(readsAt('Asia/Tokyo', quarter + 15 * minuteMs)).toBe(2)
  expect(readsAt('Asia/Seoul', quarter)).toBe(3)
})

it('one reader is kept for each zone', () => {
  let made = 0
  class CountedFormat extends Intl.DateTimeFormat {
    constructor(locale: string, options: Intl.DateTimeFormatOptions) {
      super(locale, options)
      made += 1
    }
  }
  vi.stubGlobal('Intl', { DateTimeFormat: CountedFormat })
  onTestFinished(() => void vi.unstubAllGlobals())
  for (let hour = 0; hour < 20; hour += 1) offsetOf('Asia/Dubai', Date.UTC(2032, 0, 1, hour))
  expect(made).toBe(1)
})
