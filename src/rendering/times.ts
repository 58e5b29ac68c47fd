import { type Language, traitsOf } from '../languages.js'
import type { Translate } from './sentences.js'
import { offsetOf } from './zone-offsets.js'

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** A few formats for each language and all in UTC: a format takes some 40 kB, and there are hundreds of zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', hourCycle: 'h23' })
    formats.set(key, format)
  }
  return format
}

/** Formats times in a person's language and zone. Without a zone times are in UTC, and are marked as UTC. */
export class Times {
  readonly #locale: string
  readonly #zone: string | null
  readonly #translate: Translate

  constructor(language: Language, zone: string | null, translate: Translate) {
    this.#locale = traitsOf(language).locale
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
      hour: '2-digit',
      minute: '2-digit',
      ...(seconds ? { second: '2-digit' } : {}),
    }
    const local = this.#shift(at)
    const day = formatter(this.#locale, { dateStyle: 'short' })
    const otherDay = day.format(local) !== day.format(this.#shift(near))
    const text = formatter(this.#locale, otherDay ? { weekday: 'short', ...clock } : clock).format(local)
    return this.#zone ? text : this.#translate('chat.utc', { time: text })
  }

  /** A day with its weekday. Not "today", which would be wrong on a page that stays open past midnight. */
  day(at: number): string {
    const options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' }
    return formatter(this.#locale, options).format(this.#shift(at))
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
