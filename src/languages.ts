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

/** The language of the API, and of pages unless another is chosen. */
export const defaultLanguage: Language = 'en'

/** Whether the catalogue has this language. */
export function isLanguage(name: unknown): name is Language {
  return languages.some(language => language === name)
}

/** The name, direction and locale of a language. */
export function traitsOf(language: Language): LanguageTraits {
  return traits[language]
}
