import { describe, expect, it } from 'vitest'
import { languages } from '#src/languages.js'
import { readCatalogue } from '../support/views/project-text.js'

/** What docs/words.md forbids: words that another word stands for, and other forms of address. */
const forbidden = {
  en: /\b(mend|anew|somebody|nobody|sign in|conversation|room|whoever|had grown|belong together|please|sorry|usual|take back|cannot)\b|!/i,
  de: /\p{Ll},? Sie\b|\b(Ihnen|Ihre[nmrs]?|anlegen|Knopf|betrieben wird)\b|!/u,
  es: /\b(vosotros|podéis|usted|vuestr[oa]s?|entra|entrar|pulse|escriba|elija|lo habitual)\b|!/i,
  ar: /كلمة السر|استعمل|مستعمل|من دون|!/,
} as const

describe.each(languages)('the sentences in %s', language => {
  const sentences = [...readCatalogue(language)]

  it('hold no word that the glossary forbids', () => {
    expect(sentences.filter(([, text]) => forbidden[language].test(text))).toEqual([])
  })

  it('have straight apostrophes and the quotation marks of their language', () => {
    const foreign = { en: /[’„«»"]/, de: /[’”«»"]/, es: /[’“”„"]/, ar: /[’“”„"]/ }[language]
    expect(sentences.filter(([, text]) => foreign.test(text))).toEqual([])
  })
})
