/** Languages that the catalogue (locales/) is complete in. The first is what somebody gets who asks for none of them. */
export const languages = ['en', 'de', 'es', 'ar'] as const

/** A language of the catalogue. */
export type Language = (typeof languages)[number]

interface LanguageTraits {
  /** What its own speakers call it. */
  readonly ownName: string
  readonly direction: 'ltr' | 'rtl'
  /**
   * How Intl is asked for it. Arabic asks for Latin digits: which digits are its own differs by country and by version
   * of ICU, and these stand beside what people type, addresses and names, where everybody reads them.
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

/** What is known of a language beside its sentences. */
export function traitsOf(language: Language): LanguageTraits {
  return traits[language]
}
