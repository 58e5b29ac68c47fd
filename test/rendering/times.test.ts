import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { traitsOf } from '#src/languages.js'
import { viewContext } from '#src/rendering/renderer.js'

const renderer = new URL('../../dist/rendering/renderer.js', import.meta.url)
const languages = new URL('../../dist/languages.js', import.meta.url)

/** Formats times for every time zone, region and language, and prints by how many bytes that made the process grow. */
const program = `
  const { viewContext } = await import(${JSON.stringify(renderer.href)})
  const { isRegion, languages } = await import(${JSON.stringify(languages.href)})
  const say = (zone, region) => languages.forEach(language => {
    const { times } = viewContext({ language, zone, region })
    times.hour(0)
    times.hour(0, { near: 1e12, seconds: true })
    times.day(0)
  })
  const zones = Intl.supportedValuesOf('timeZone')
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const regions = letters.flatMap(first => letters.map(second => first + second)).filter(isRegion)
  zones.slice(0, 40).forEach(zone => say(zone, null))
  // Reads what Intl knows of them, which it keeps.
  regions.forEach(region => say('UTC', region))
  globalThis.gc()
  const before = process.memoryUsage.rss()
  zones.forEach(zone => say(zone, null))
  regions.forEach(region => say('UTC', region))
  globalThis.gc()
  console.log(process.memoryUsage.rss() - before)
`

it.each([
  ['Asia/Kathmandu', Date.UTC(2030, 0, 1, 18, 14, 59)],
  ['America/New_York', Date.UTC(2030, 2, 10, 6, 59, 59)],
  ['America/New_York', Date.UTC(2030, 2, 10, 7)],
  ['Australia/Lord_Howe', Date.UTC(2030, 3, 6, 14, 59, 59)],
  ['Australia/Lord_Howe', Date.UTC(2030, 3, 6, 15)],
  ['Pacific/Kiritimati', Date.UTC(2030, 11, 31, 10)],
  ['Pacific/Marquesas', Date.UTC(2030, 11, 31, 9, 29, 59)],
  ['Etc/GMT+12', Date.UTC(2032, 1, 29, 11, 59, 59)],
])('the hour and the day in %s are those of its clocks, also as they are put forward and back: %d', (zone, at) => {
  for (const language of ['en', 'ar'] as const) {
    const { times } = viewContext({ language, zone })
    const say = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(traitsOf(language).locale, { ...options, timeZone: zone, hourCycle: 'h23' }).format(at)
    expect(times.hour(at, { seconds: true })).toBe(say({ hour: '2-digit', minute: '2-digit', second: '2-digit' }))
    expect(times.day(at)).toBe(say({ weekday: 'long', day: 'numeric', month: 'long' }))
  }
})

describe('an hour', () => {
  const noon = Date.UTC(2030, 0, 15, 12, 5, 9)
  const { times } = viewContext({ language: 'en', zone: 'Europe/Berlin' })

  it('has two digits for hours and minutes, and seconds where they are asked for', () => {
    expect(times.hour(noon - 7 * 3_600_000)).toBe('06:05')
    expect(times.hour(noon, { seconds: true })).toBe('13:05:09')
    expect(times.hour(noon + 1000, { seconds: true })).toBe('13:05:10')
    expect(times.hour(Date.UTC(2030, 0, 15, 23))).toBe('00:00')
  })

  it('has its weekday where it is of another day than the one that is near, by the clocks of the zone', () => {
    const midnight = Date.UTC(2030, 0, 15, 23)
    expect(times.hour(midnight, { near: midnight - 1 })).toBe('Wed 00:00')
    expect(times.hour(midnight - 1, { near: midnight })).toBe('Tue 23:59')
    expect(times.hour(midnight, { near: midnight + 86_399_999 })).toBe('00:00')
    expect(times.hour(midnight, { near: midnight - 1, seconds: true })).toBe('Wed 00:00:00')
  })

  it('of a week before or after has its weekday too', () => {
    expect(times.hour(noon, { near: noon + 7 * 86_400_000 })).toBe('Tue 13:05')
  })

  it('is said to be of UTC where no zone is known', () => {
    const { times: utc } = viewContext({ language: 'en', zone: null })
    expect(utc.hour(noon)).toBe('12:05 UTC')
    expect(utc.day(Date.UTC(2030, 0, 15, 23, 59))).toBe('Tuesday, January 15')
    expect(times.day(Date.UTC(2030, 0, 15, 23))).toBe('Wednesday, January 16')
  })
})

it.each([
  ['en', 'US', 'Tuesday, January 15', '1:05 PM', '1:05:09 PM', 'Tue 1:05 PM'],
  ['en', 'GB', 'Tuesday 15 January', '13:05', '13:05:09', 'Tue 13:05'],
  ['en', null, 'Tuesday, January 15', '13:05', '13:05:09', 'Tue 13:05'],
  ['de', 'AT', 'Dienstag, 15. Jänner', '13:05', '13:05:09', 'Di., 13:05'],
  ['es', 'MX', 'martes, 15 de enero', '1:05 p. m.', '1:05:09 p. m.', 'mar, 1:05 p. m.'],
  ['es', 'ES', 'martes, 15 de enero', '13:05', '13:05:09', 'mar, 13:05'],
  ['ar', 'EG', 'الثلاثاء، 15 يناير', '1:05 م', '1:05:09 م', 'الثلاثاء 1:05 م'],
  ['ar', 'MA', 'الثلاثاء، 15 يناير', '13:05', '13:05:09', 'الثلاثاء 13:05'],
] as const)('a day and an hour in %s of %s are written as people there do', (language, region, ...words) => {
  const { times } = viewContext({ language, region, zone: 'Europe/Berlin' })
  const at = Date.UTC(2030, 0, 15, 12, 5, 9)
  const said = [
    times.day(at),
    times.hour(at),
    times.hour(at, { seconds: true }),
    times.hour(at, { near: at + 86_400_000 }),
  ]
  // Intl parts the hour from its half of the day by one of several spaces.
  expect(said.map(text => text.replace(/[\u00a0\u202f]/g, ' '))).toEqual(words)
})

it.each([
  [86_400_000, '1 day'],
  [3 * 86_400_000, '3 days'],
  [36 * 3_600_000, '36 hours'],
  [3_600_000, '1 hour'],
  [5_400_000, '90 minutes'],
  [60_000, '1 minute'],
  [61_000, '61 seconds'],
  [1000, '1 second'],
  [1500, '1.5 seconds'],
  [250, '0.3 seconds'],
  [0, '0 seconds'],
])('a length of %d ms is said in its largest whole unit: %s', (ms, words) => {
  const { times } = viewContext({ language: 'en', zone: null })
  expect(times.length(ms)).toBe(words)
  expect(viewContext({ language: 'de', zone: null }).times.length(86_400_000)).toBe('1 Tag')
})

it('the days and hours of every time zone and region in every language leave little in memory', () => {
  const left = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  expect(Number(left)).toBeLessThan(40 * 1_048_576)
})
