import { expect, it } from 'vitest'
import { defaultLanguage, isLanguage, isRegion, languages, localeOf, traitsOf } from '#src/languages.js'

it('the languages are English, German, Spanish and Arabic, and English is everybody’s who asks for none of them', () => {
  expect([languages, defaultLanguage]).toEqual([['en', 'de', 'es', 'ar'], 'en'])
})

it('knows each of its languages, and no other', () => {
  expect(['en', 'de', 'es', 'ar', 'fr', 'EN', 'en-GB', '', null, undefined, 0, false].map(isLanguage)).toEqual([
    ...[true, true, true, true],
    ...Array(8).fill(false),
  ])
})

it.each([
  ['en', 'English', 'ltr'],
  ['de', 'Deutsch', 'ltr'],
  ['es', 'Español', 'ltr'],
  ['ar', 'العربية', 'rtl'],
] as const)('%s is called %s by its speakers and runs %s', (language, ownName, direction) => {
  expect(traitsOf(language)).toMatchObject({ ownName, direction })
})

it.each(languages)('Intl says %s in the language itself, and with Latin digits', language => {
  const { locale } = traitsOf(language)
  expect(new Intl.Locale(locale).language).toBe(language)
  expect(new Intl.NumberFormat(locale).format(12)).toBe('12')
})

it('knows regions by the codes that Intl has a name for, and no other', () => {
  expect(['GB', 'us', '419'].map(isRegion)).toEqual([true, true, true])
  expect(['XX', '123', '', 'G', 'GBR', 'constructor', 'G\u0130'].map(isRegion)).toEqual(Array(7).fill(false))
})

it('the locale of a language has the region, if one is known, and Latin digits still', () => {
  expect([localeOf('en', 'GB'), localeOf('ar', 'EG'), localeOf('de', null)]).toEqual(['en-GB', 'ar-EG-u-nu-latn', 'de'])
})
