import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultLanguage, isLanguage, languages, traitsOf } from '#src/languages.js'

it('the languages are those of the catalogue, English first', () => {
  const files = readdirSync(new URL('../locales/', import.meta.url))
  expect(languages.map(language => `${language}.json`).sort()).toEqual(files.sort())
  expect([languages[0], defaultLanguage]).toEqual(['en', 'en'])
})

it('a language is known by its exact name', () => {
  expect([...languages, 'EN', 'en-GB', 'fr', '', null, 0].filter(isLanguage)).toEqual([...languages])
})

it('each language has its own name, its direction, and Latin digits', () => {
  expect(languages.map(language => traitsOf(language).ownName)).toEqual(['English', 'Deutsch', 'Español', 'العربية'])
  expect(languages.map(language => traitsOf(language).direction)).toEqual(['ltr', 'ltr', 'ltr', 'rtl'])
  for (const language of languages) expect(new Intl.NumberFormat(traitsOf(language).locale).format(27)).toBe('27')
})
