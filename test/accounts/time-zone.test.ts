import { expect, it } from 'vitest'
import { canonicalTimeZone, timeZones } from '#src/accounts/time-zone.js'

it('a time zone has one name, whatever the case and whichever of its names is used', () => {
  const spellings = ['America/Buenos_Aires', 'aMeRiCa/argentina/buenos_aires', 'AMERICA/BUENOS_AIRES']
  expect(new Set(spellings.map(canonicalTimeZone)).size).toBe(1)
  expect(timeZones()).toContain(canonicalTimeZone('uS/pAcIfIc'))
  expect(canonicalTimeZone('utc')).toBe('UTC')
})

it.each(['', 'Mars/Olympus', '+05:30', '-0000', 'x'.repeat(100_000), '__proto__'])('%j is no time zone', name => {
  expect(canonicalTimeZone(name)).toBeNull()
})

it('there are many time zones, UTC first and once', () => {
  const zones = timeZones()
  expect([zones[0], zones.filter(zone => zone === 'UTC').length]).toEqual(['UTC', 1])
  expect(zones).toContain('Europe/Berlin')
  expect(canonicalTimeZone('europe/berlin')).toBe('Europe/Berlin')
  // One that is only another name.
  expect(canonicalTimeZone('asia/calcutta')).toBe(canonicalTimeZone('Asia/Kolkata'))
})
