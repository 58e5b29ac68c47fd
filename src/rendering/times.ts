import { type Language, localeOf } from '../languages.js'
import { RecentValues } from '../recent-values.js'
import type { Translate } from './sentences.js'
import { offsetOf, quarterMs } from './zone-offsets.js'

const minuteMs = 60_000
const dayMs = 86_400_000
const units = [
  ['day', dayMs],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

const weekMs = 7 * dayMs
/** How many offsets of a zone are kept: the quarters of an hour of two days. */
const mostOffsets = 200

/** Hours and minutes in a language, with or without weekday and seconds. All in UTC: a format takes some 40 kB, and there are hundreds of zones. */
class HourFormat {
  readonly #format: Intl.DateTimeFormat
  readonly #periodMinutes: number
  /**
   * What was written so far, by the minute of the day or of the week: at most as many as these have. It says nothing of any
   * message: no date, and the same for everybody.
   */
  readonly #written = new Map<number, string>()
  readonly #isToMinute: boolean

  constructor(locale: string, options: Intl.DateTimeFormatOptions) {
    this.#format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
    this.#periodMinutes = (options.weekday ? weekMs : dayMs) / minuteMs
    this.#isToMinute = options.second === undefined
  }

  /** @param local milliseconds since the epoch at which a clock in UTC shows the time */
  write(local: number): string {
    if (!this.#isToMinute) return this.#format.format(local)
    // Not by the remainder of the milliseconds, which takes as long for such large numbers as all the rest.
    const minutes = Math.floor(local / minuteMs)
    const minute = minutes - Math.floor(minutes / this.#periodMinutes) * this.#periodMinutes
    let text = this.#written.get(minute)
    if (text === undefined) {
      text = this.#format.format(local)
      this.#written.set(minute, text)
    }
    return text
  }
}

/** The four ways to write an hour. */
interface HourFormats {
  readonly minute: HourFormat
  readonly second: HourFormat
  readonly weekdayMinute: HourFormat
  readonly weekdaySecond: HourFormat
}

/** A few for each language: see `hoursOf`. */
const hourFormats = new Map<string, HourFormats>()
/** Formats of days for the regions asked for last, since any browser may ask for any of hundreds. */
const dayFormats = new RecentValues<Intl.DateTimeFormat>(50)
/** Formats of lengths: one for each language and unit. */
const lengthFormats = new Map<string, Intl.NumberFormat>()
/** Lengths in words, by language: chats have a few lifetimes among them. */
const lengths = new RecentValues<string>(200)
/** Whether hours are counted to twelve, by locale: a word for each of the regions that Intl knows, at most. */
const countsToTwelve = new Map<string, boolean>()

/** How hours are written in a region: "1:10 PM" or "13:10". */
function hoursOf(language: Language, region: string | null): Intl.DateTimeFormatOptions {
  if (region === null) return { hour: '2-digit', hourCycle: 'h23' }
  const locale = localeOf(language, region)
  const isToTwelve =
    countsToTwelve.get(locale) ?? new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 === true
  countsToTwelve.set(locale, isToTwelve)
  return isToTwelve ? { hour: 'numeric', hourCycle: 'h12' } : hoursOf(language, null)
}

function hourFormatsOf(language: Language, region: string | null): HourFormats {
  const locale = localeOf(language, null)
  const hours = hoursOf(language, region)
  const key = `${locale} ${hours.hourCycle}`
  const known = hourFormats.get(key)
  if (known) return known
  const toMinute: Intl.DateTimeFormatOptions = { ...hours, minute: '2-digit' }
  const toSecond: Intl.DateTimeFormatOptions = { ...toMinute, second: '2-digit' }
  const made = {
    minute: new HourFormat(locale, toMinute),
    second: new HourFormat(locale, toSecond),
    weekdayMinute: new HourFormat(locale, { weekday: 'short', ...toMinute }),
    weekdaySecond: new HourFormat(locale, { weekday: 'short', ...toSecond }),
  }
  hourFormats.set(key, made)
  return made
}

/**
 * Formats times in a person's language and zone, as is usual in their region. Without a zone times are in UTC, and are
 * marked as UTC; without a region a day has 24 hours.
 */
export class Times {
  readonly #locale: string
  readonly #regional: string
  readonly #hours: HourFormats
  readonly #zone: string | null
  readonly #translate: Translate
  /** The day that was written last, and its text. */
  #lastDay = Number.NaN
  #lastDayText = ''
  /** How far the zone is ahead, by the quarter of an hour: offsets change only at a whole one. */
  readonly #offsets = new Map<number, number>()

  constructor(language: Language, zone: string | null, translate: Translate, region: string | null = null) {
    this.#locale = localeOf(language, null)
    this.#regional = localeOf(language, region)
    this.#hours = hourFormatsOf(language, region)
    this.#zone = zone
    this.#translate = translate
  }

  /**
   * A time of day. The weekday is added if `at` is not on the same day as `near`.
   * @param at by the wall clock, milliseconds since the epoch
   * @param options.seconds whether to show the seconds
   */
  hour(at: number, { near = at, seconds = false } = {}): string {
    const local = this.#shift(at)
    const { minute, second, weekdayMinute, weekdaySecond } = this.#hours
    const isOtherDay = near !== at && Math.floor(local / dayMs) !== Math.floor(this.#shift(near) / dayMs)
    const text = isOtherDay
      ? (seconds ? weekdaySecond : weekdayMinute).write(local)
      : (seconds ? second : minute).write(local)
    return this.#zone ? text : this.#translate('chat.utc', { time: text })
  }

  /** A day with its weekday. Not "today", which would be wrong on a page that stays open past midnight. */
  day(at: number): string {
    const local = this.#shift(at)
    const day = Math.floor(local / dayMs)
    if (day === this.#lastDay) return this.#lastDayText
    const format = dayFormats.get(
      this.#regional,
      () =>
        new Intl.DateTimeFormat(this.#regional, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }),
    )
    this.#lastDay = day
    this.#lastDayText = format.format(local)
    return this.#lastDayText
  }

  /** A duration in its largest whole unit: "1 hour", "90 minutes", "3 seconds". */
  length(ms: number): string {
    return lengths.get(`${this.#locale} ${ms}`, () => this.#writeLength(ms))
  }

  #writeLength(ms: number): string {
    const { unit, count } = this.unitOf(ms)
    const key = `${this.#locale} ${unit}`
    let format = lengthFormats.get(key)
    if (!format) {
      format = new Intl.NumberFormat(this.#locale, {
        style: 'unit',
        unit,
        unitDisplay: 'long',
        maximumFractionDigits: 1,
      })
      lengthFormats.set(key, format)
    }
    return format.format(count)
  }

  /** A duration in its largest whole unit, for sentences that name the two apart. */
  unitOf(ms: number): { readonly unit: (typeof units)[number][0]; readonly count: number } {
    const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['second', 1000]
    return { unit, count: ms / size }
  }

  /** The moment at which a clock in UTC shows the zone's local time. */
  #shift(at: number): number {
    if (this.#zone === null) return at
    const quarter = Math.floor(at / quarterMs)
    let offset = this.#offsets.get(quarter)
    if (offset === undefined) {
      if (this.#offsets.size >= mostOffsets) this.#offsets.clear()
      offset = offsetOf(this.#zone, at)
      this.#offsets.set(quarter, offset)
    }
    return at + offset
  }
}
