import { type Language, localeOf } from '../languages.js'
import { RecentValues } from '../recent-values.js'
import type { Translate } from './sentences.js'
import { offsetOf } from './zone-offsets.js'

const dayMs = 86_400_000
const units = [
  ['day', dayMs],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** A few formats for each language and all in UTC: a format takes some 40 kB, and there are hundreds of zones. */
const formats = new Map<string, Intl.DateTimeFormat>()
/** Formats of days for the regions asked for last, since any browser may ask for any of hundreds. */
const dayFormats = new RecentValues<Intl.DateTimeFormat>(50)
/** Whether hours are counted to twelve, by locale: a word for each of the regions that Intl knows, at most. */
const countsToTwelve = new Map<string, boolean>()

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
    formats.set(key, format)
  }
  return format
}

/** How hours are written in a region: "1:10 PM" or "13:10". */
function hoursOf(language: Language, region: string | null): Intl.DateTimeFormatOptions {
  if (region === null) return { hour: '2-digit', hourCycle: 'h23' }
  const locale = localeOf(language, region)
  const isToTwelve =
    countsToTwelve.get(locale) ?? new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 === true
  countsToTwelve.set(locale, isToTwelve)
  return isToTwelve ? { hour: 'numeric', hourCycle: 'h12' } : hoursOf(language, null)
}

/**
 * Formats times in a person's language and zone, as is usual in their region. Without a zone times are in UTC, and are
 * marked as UTC; without a region a day has 24 hours.
 */
export class Times {
  readonly #locale: string
  readonly #regional: string
  readonly #hours: Intl.DateTimeFormatOptions
  readonly #zone: string | null
  readonly #translate: Translate

  constructor(language: Language, zone: string | null, translate: Translate, region: string | null = null) {
    this.#locale = localeOf(language, null)
    this.#regional = localeOf(language, region)
    this.#hours = hoursOf(language, region)
    this.#zone = zone
    this.#translate = translate
  }

  /**
   * A time of day. The weekday is added if `at` is not on the same day as `near`.
   * @param at by the wall clock, milliseconds since the epoch
   * @param options.seconds whether to show the seconds
   */
  hour(at: number, { near = at, seconds = false } = {}): string {
    const clock: Intl.DateTimeFormatOptions = {
      ...this.#hours,
      minute: '2-digit',
      ...(seconds ? { second: '2-digit' } : {}),
    }
    const local = this.#shift(at)
    const otherDay = Math.floor(local / dayMs) !== Math.floor(this.#shift(near) / dayMs)
    const text = formatter(this.#locale, otherDay ? { weekday: 'short', ...clock } : clock).format(local)
    return this.#zone ? text : this.#translate('chat.utc', { time: text })
  }

  /** A day with its weekday. Not "today", which would be wrong on a page that stays open past midnight. */
  day(at: number): string {
    const options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' }
    const format = dayFormats.get(
      this.#regional,
      () => new Intl.DateTimeFormat(this.#regional, { ...options, timeZone: 'UTC' }),
    )
    return format.format(this.#shift(at))
  }

  /** A duration in its largest whole unit: "1 hour", "90 minutes", "3 seconds". */
  length(ms: number): string {
    const { unit, count } = this.unitOf(ms)
    return new Intl.NumberFormat(this.#locale, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
      maximumFractionDigits: 1,
    }).format(count)
  }

  /** A duration in its largest whole unit, for sentences that name the two apart. */
  unitOf(ms: number): { readonly unit: (typeof units)[number][0]; readonly count: number } {
    const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['second', 1000]
    return { unit, count: ms / size }
  }

  /** The moment at which a clock in UTC shows the zone's local time. */
  #shift(at: number): number {
    return this.#zone === null ? at : at + offsetOf(this.#zone, at)
  }
}
