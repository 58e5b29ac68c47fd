import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { z } from 'zod'
import type english from '../../locales/en.json'
import { defaultLanguage, type Language, traitsOf } from '../languages.js'
import { projectRoot } from '../project-root.js'

/** The name of a sentence in the catalogue (locales/). */
export type SentenceKey = keyof typeof english

export type SentenceValues = Readonly<Record<string, string | number>>

/** Says a sentence of the catalogue in one language, with its placeholders filled in. */
export type Translate = (key: SentenceKey, values?: SentenceValues) => string

const folder = join(projectRoot, 'locales')
const catalogueFile = z.record(z.string(), z.string())
const catalogues = new Map(
  readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => [name.slice(0, -5), catalogueFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))]),
)

/** A sentence of the catalogue in one language, to be filled in. */
type Sentence = (values: SentenceValues) => string

/** What is known of a language: its sentences so far, and those that have nothing to fill in, as they are said. */
interface Said {
  readonly sentences: Map<SentenceKey, Sentence>
  readonly plain: Map<SentenceKey, string>
}

/** Whether the catalogue has a sentence of this name. */
export function isSentenceKey(key: string): key is SentenceKey {
  return Object.hasOwn(catalogues.get(defaultLanguage) ?? {}, key)
}

const isolates = /[\u2066-\u2068]/
const endOfIsolate = '\u2069'

/** Letters of scripts that are written from right to left, and invisible characters that change directions. */
const turning =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/**
 * Wraps a text in the isolating characters FSI and PDI, which work like <bdi>. Without them an English name that ends in a
 * full stop would reorder the Arabic around it. Its own such characters are balanced, or they would end it early.
 */
function isolate(text: string): string {
  let inside = ''
  let depth = 0
  for (const character of text) {
    if (character === endOfIsolate && depth === 0) continue
    if (isolates.test(character)) depth += 1
    if (character === endOfIsolate) depth -= 1
    inside += character
  }
  return `\u2068${inside}${endOfIsolate.repeat(depth + 1)}`
}

/** A text on one line, in which no line has a say in the direction of another or of the sentence around it. */
export function isolateLines(text: string): string {
  if (!turning.test(text)) return text
  return text
    .split('\n')
    .map(line => line && isolate(line))
    .join('\n')
}

/** Reads a sentence of the catalogue; one that the language lacks is read in English. */
function readSentence(language: Language, key: SentenceKey): Sentence {
  const text = catalogues.get(language)?.[key] ?? catalogues.get(defaultLanguage)?.[key]
  if (text === undefined) throw new Error(`No sentence is named ${key}`)
  const format = new IntlMessageFormat(text, traitsOf(language).locale, undefined, { ignoreTag: true })
  const say: Sentence = values => String(format.format(values))
  const parts = simplePartsOf(format)
  if (!parts) return say
  return values => {
    let said = ''
    for (const { text = '', name } of parts) {
      said += text
      if (name === undefined) continue
      const value = values[name]
      // It names the value that is missing.
      if (value === undefined) return say(values)
      said += value
    }
    return said
  }
}

/** A piece of a sentence: a text, or the value of a name. */
interface SimplePart {
  readonly text?: string
  readonly name?: string
}

const literal = 0
const argument = 1

/** The pieces of a sentence that is only put together; null if it chooses between forms or formats something. */
function simplePartsOf(format: IntlMessageFormat): SimplePart[] | null {
  const parts: SimplePart[] = []
  for (const element of format.getAst()) {
    if (element.type === literal) parts.push({ text: element.value })
    else if (element.type === argument) parts.push({ name: element.value })
    else return null
  }
  return parts
}

function say(language: Language, { sentences }: Said, key: SentenceKey, values: SentenceValues): string {
  let sentence = sentences.get(key)
  if (!sentence) {
    sentence = readSentence(language, key)
    sentences.set(key, sentence)
  }
  return sentence(traitsOf(language).direction === 'rtl' ? isolateAll(values) : values)
}

function isolateAll(values: SentenceValues): SentenceValues {
  const isIsolated = (value: string | number) => typeof value === 'string' && value !== ''
  const isolated = Object.entries(values).map(([name, value]) => [
    name,
    isIsolated(value) ? isolate(`${value}`) : value,
  ])
  return Object.fromEntries(isolated)
}

const translators = new Map<Language, Translate>()

/** The function that says sentences in one language. A sentence that it lacks is said in English. */
export function translator(language: Language): Translate {
  const known = translators.get(language)
  if (known) return known
  const said: Said = { sentences: new Map(), plain: new Map() }
  const translate: Translate = (key, values) => {
    if (values !== undefined) return say(language, said, key, values)
    let text = said.plain.get(key)
    if (text === undefined) {
      text = say(language, said, key, {})
      said.plain.set(key, text)
    }
    return text
  }
  translators.set(language, translate)
  return translate
}
