import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { defaultSettings } from '#src/accounts/settings.js'
import { languageOf, regionsOf } from '#src/http/accepted-language.js'

/** A request whose browser asks for these languages. */
function asking(accepted?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  if (accepted !== undefined) request.headers['accept-language'] = accepted
  return request
}

it.each([
  ['de', 'de'],
  ['de-AT, en;q=0.5', 'de'],
  ['fr, es;q=0.4, de;q=0.6', 'de'],
  ['fr', 'en'],
  ['*', 'en'],
  ['ar-EG', 'ar'],
  ['', 'en'],
  [undefined, 'en'],
])('a browser that asks for %j is answered in %s', (accepted, language) => {
  expect(languageOf(asking(accepted))).toBe(language)
  expect(languageOf(asking(accepted), { ...defaultSettings, language: 'auto' })).toBe(language)
})

it('the language that somebody has set counts, whatever their browser asks for', () => {
  expect(languageOf(asking('de'), { ...defaultSettings, language: 'es' })).toBe('es')
  expect(languageOf(asking('de'), { ...defaultSettings, language: 'en' })).toBe('en')
})

it.each([
  ['en-GB', { en: 'GB' }],
  ['de-at, en;q=0.5', { de: 'AT' }],
  ['en-US;q=0.4, de-CH, en-AU;q=0.8', { de: 'CH', en: 'AU' }],
  ['es-419', { es: '419' }],
  ['ar-Arab-EG', { ar: 'EG' }],
  ['en, en-GB;q=0.9', { en: 'GB' }],
  ['fr-CA, en-XX, de-1234, es-ES-x-y, en_GB, *', {}],
  [`${'fr-CA, '.repeat(5000)}en-GB`, {}],
  ['', {}],
  [undefined, {}],
])('of a browser that asks for %.30j the regions are %j', (accepted, regions) => {
  expect(regionsOf(asking(accepted))).toEqual(regions)
})
