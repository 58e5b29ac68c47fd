import { expect, it } from 'vitest'
import { defaultLanguage, isLanguage, languages, traitsOf } from '#src/languages.js'

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
