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
const formats = new Map<string, IntlMessageFormat>()

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

function say(language: Language, key: SentenceKey, values: SentenceValues): string {
  const { direction, locale } = traitsOf(language)
  const id = `${language} ${key}`
  let format = formats.get(id)
  if (!format) {
    const text = catalogues.get(language)?.[key] ?? catalogues.get(defaultLanguage)?.[key]
    if (text === undefined) throw new Error(`No sentence is named ${key}`)
    format = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true })
    formats.set(id, format)
  }
  const isIsolated = (value: string | number) => typeof value === 'string' && value !== '' && direction === 'rtl'
  const said = Object.entries(values).map(([name, value]) => [name, isIsolated(value) ? isolate(`${value}`) : value])
  return String(format.format(Object.fromEntries(said)))
}

/** Makes the function that says sentences in one language. A sentence that it lacks is said in English. */
export function translator(language: Language): Translate {
  return (key, values = {}) => say(language, key, values)
}
