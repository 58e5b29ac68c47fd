import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { languages, traitsOf } from '#src/languages.js'
import { projectRoot } from '#src/project-root.js'
import { isolateLines, isSentenceKey, translator } from '#src/rendering/sentences.js'
import { readCatalogue } from '../support/views/project-text.js'

type Elements = ReturnType<IntlMessageFormat['getAst']>

const english = readCatalogue('en')
/** Names are the same in every language, and a sentence of placeholders alone has nothing to translate. */
const sameEverywhere = /^(app\.name|app\.shortName|app\.unread|chat\.says|form\.errorOf|chat\.utc|picture\.says)$/
/** How many sentences may happen to be the same as in English. */
const happensToBeSame = 12

const parse = (text: string) => new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst()

/** The names of a sentence's placeholders, including those in its plural forms. */
function placeholdersOf(elements: Elements): string[] {
  const found = elements.flatMap(element => {
    if ('options' in element) {
      return [element.value, ...Object.values(element.options).flatMap(({ value }) => placeholdersOf(value))]
    }
    return 'value' in element && element.type !== 0 ? [element.value] : []
  })
  return [...new Set(found)].sort()
}

/** The forms of each plural in a sentence, such as `one`, `other` and `=0`. */
function pluralsOf(elements: Elements): string[][] {
  return elements.flatMap(element => ('pluralType' in element ? [Object.keys(element.options)] : []))
}

it('has a catalogue for every language, and no other', () => {
  const files = readdirSync(join(projectRoot, 'locales'))
  expect(files.sort()).toEqual(languages.map(language => `${language}.json`).sort())
})

describe.each(languages)('the sentences in %s', language => {
  const sentences = readCatalogue(language)
  const sentence = (key: string) => sentences.get(key) ?? ''

  it('are all there, and no more', () => {
    expect([...english.keys()].filter(key => !sentence(key).trim())).toEqual([])
    expect([...sentences.keys()].filter(key => !english.has(key))).toEqual([])
  })

  it('are well formed, with the placeholders of the English ones', () => {
    for (const [key, text] of english) {
      expect([key, placeholdersOf(parse(sentence(key)))]).toEqual([key, placeholdersOf(parse(text))])
    }
  })

  it('have every plural form that the language has', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const key of english.keys()) {
      for (const has of pluralsOf(parse(sentence(key))))
        expect([key, has]).toEqual([key, expect.arrayContaining(forms)])
    }
  })

  it('are said in the language, with Latin digits', () => {
    const said = translator(language)('chat.newMessages', { count: 12 })
    expect(said).toContain('12')
    if (language === 'en') return
    const same = [...english].filter(([key, text]) => !sameEverywhere.test(key) && sentence(key) === text)
    expect(same.length, same.join('\n')).toBeLessThanOrEqual(happensToBeSame)
  })

  it('keep the direction of a name to itself where lines run from right to left', () => {
    const said = translator(language)('chat.says', { name: 'Sam.', text: 'hi' })
    expect(said).toBe(traitsOf(language).direction === 'rtl' ? '\u2068Sam.\u2069: \u2068hi\u2069' : 'Sam.: hi')
  })
})

it('knows which names are those of sentences', () => {
  expect(['chat.says', 'chat.say', '', 'constructor'].map(isSentenceKey)).toEqual([true, false, false, false])
})

it('puts a number into a sentence as it is, and isolates no empty text, where lines run from right to left', () => {
  const said = translator('ar')
  expect(said('chat.says', { name: '', text: 12 })).toBe(': 12')
  expect(said('chat.newMessages', { count: 12 })).not.toMatch(/[\u2068\u2069]/)
})

it('says a sentence with its values anew each time', () => {
  const said = translator('en')
  expect([1, 2].map(count => said('chat.newMessages', { count }))).toEqual(['1 new message', '2 new messages'])
})

it('takes tags in a sentence for text', () => {
  expect(translator('en')('chat.says', { name: '<b>', text: '</b>' })).toBe('<b>: </b>')
})

describe('a text in a sentence', () => {
  it('cannot end its isolation early, or go on behind it, by characters of its own', () => {
    const say = (text: string) => translator('ar')('chats.mine', { text })
    for (const [text, isolated] of [
      ['a\u2069\u202eb', '\u2068a\u202eb\u2069'],
      ['\u2067a', '\u2068\u2067a\u2069\u2069'],
      ['\u2066a\u2069 b', '\u2068\u2066a\u2069 b\u2069'],
      ['\u2069\u2069\u2068\u2069\u2069', '\u2068\u2068\u2069\u2069'],
    ] as const) {
      expect(say(text)).toBe(`أنت: ${isolated}`)
    }
  })

  it('is isolated line by line where letters run from right to left, and as it is elsewhere', () => {
    expect(isolateLines('one\nשתיים.\n\n3')).toBe('\u2068one\u2069\n\u2068שתיים.\u2069\n\n\u20683\u2069')
    expect(isolateLines('a\u202eb\nc')).toBe('\u2068a\u202eb\u2069\n\u2068c\u2069')
    for (const text of ['', 'one\n\ntwo', 'żółć 漢字 กำ 😀']) expect(isolateLines(text)).toBe(text)
    for (const letter of ['ש', 'ع', 'ܐ', 'ހ', 'ߊ', 'ﷺ', 'ﻻ', '\u{1e900}', '\u{10a00}', '\u200f', '\u202d']) {
      expect([letter, isolateLines(letter)]).toEqual([letter, `\u2068${letter}\u2069`])
    }
  })
})
