/** The languages of the catalogue (locales/). The first is for those who ask for none of them. */
export const languages = ['en', 'de', 'es', 'ar'] as const

/** A language of the catalogue. */
export type Language = (typeof languages)[number]

interface LanguageTraits {
  /** The language's name in itself. */
  readonly ownName: string
  readonly direction: 'ltr' | 'rtl'
  /**
   * The locale for Intl. Arabic uses Latin digits: its own differ by country and by version of ICU, and everybody can read
   * Latin ones beside typed text, addresses and names.
   */
  readonly locale: string
}

const traits: Readonly<Record<Language, LanguageTraits>> = {
  en: { ownName: 'English', direction: 'ltr', locale: 'en' },
  de: { ownName: 'Deutsch', direction: 'ltr', locale: 'de' },
  es: { ownName: 'Español', direction: 'ltr', locale: 'es' },
  ar: { ownName: 'العربية', direction: 'rtl', locale: 'ar-u-nu-latn' },
}

/** For each language, the region whose dates and hours its reader is used to, such as `GB`. */
export type Regions = Readonly<Partial<Record<Language, string>>>

/** The language of the API, and of pages unless another is chosen. */
export const defaultLanguage: Language = 'en'

/** Whether the catalogue has this language. */
export function isLanguage(name: unknown): name is Language {
  return languages.some(language => language === name)
}

const regionNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Whether a code is of a region that Intl knows: two letters, or three digits such as those of Latin America. */
export function isRegion(code: string): boolean {
  return /^([a-z]{2}|\d{3})$/i.test(code) && regionNames.of(code.toUpperCase()) !== undefined
}

/** The locale for dates and hours of a language, as written in a region if one is known. */
export function localeOf(language: Language, region: string | null): string {
  const { locale } = traits[language]
  return region === null ? locale : new Intl.Locale(locale, { region }).toString()
}

/** The name, direction and locale of a language. */
export function traitsOf(language: Language): LanguageTraits {
  return traits[language]
}
