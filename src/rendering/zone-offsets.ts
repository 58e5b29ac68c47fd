import { RecentValues } from '../recent-values.js'

/** Offsets change only at a whole quarter of an hour. */
export const quarterMs = 900_000

/** At most one for each time zone that this machine knows. */
const readers = new Map<string, Intl.DateTimeFormat>()
const offsets = new RecentValues<number>(5000)

/**
 * How far a time zone is ahead of UTC, in milliseconds.
 * @param zone the zone's canonical name, see `canonicalTimeZone`
 * @param at milliseconds since the epoch
 */
export function offsetOf(zone: string, at: number): number {
  return offsets.get(`${zone} ${Math.floor(at / quarterMs)}`, () => readOffset(zone, at))
}

function readOffset(zone: string, at: number): number {
  const reader = readers.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  readers.set(zone, reader)
  const [, sign = '', hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(reader.format(at)) ?? []
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}
