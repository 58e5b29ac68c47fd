import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { traitsOf } from '#src/languages.js'
import { viewContext } from '#src/rendering/renderer.js'

const renderer = new URL('../../dist/rendering/renderer.js', import.meta.url)
const languages = new URL('../../dist/languages.js', import.meta.url)

/** Formats times for every time zone and language, and prints by how many bytes that made the process grow. */
const program = `
  const { viewContext } = await import(${JSON.stringify(renderer.href)})
  const { languages } = await import(${JSON.stringify(languages.href)})
  const say = zone => languages.forEach(language => {
    const { times } = viewContext({ language, zone })
    times.hour(0)
    times.hour(0, { near: 1e12, seconds: true })
    times.day(0)
  })
  const zones = Intl.supportedValuesOf('timeZone')
  zones.slice(0, 40).forEach(say)
  globalThis.gc()
  const before = process.memoryUsage.rss()
  zones.forEach(say)
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

it('the hours of every time zone in every language leave little in memory', () => {
  const left = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  expect(Number(left)).toBeLessThan(40 * 1_048_576)
})
