import type { IncomingMessage } from 'node:http'
import accepts from 'accepts'
import { type AccountSettings, defaultSettings } from '../accounts/settings.js'
import { defaultLanguage, isLanguage, isRegion, type Language, languages, type Regions } from '../languages.js'
import { RecentValues } from '../recent-values.js'

/** The language to answer in: the one in the settings, else the one of ours that the browser prefers. */
export function languageOf(request: IncomingMessage, { language }: AccountSettings = defaultSettings): Language {
  return language === 'auto' ? acceptedOf(request).language : language
}

/** What a browser's header says. */
interface Accepted {
  readonly language: Language
  readonly regions: Regions
}

/** Headers that were read last, as those of most browsers are the same; and how long they may be, in characters. */
const accepted = new RecentValues<Accepted>(200)
const longestKept = 200

function acceptedOf(request: IncomingMessage): Accepted {
  const header = request.headers['accept-language'] ?? ''
  const read = (): Accepted => ({ language: readLanguage(request), regions: readRegions(request) })
  return header.length > longestKept ? read() : accepted.get(header, read)
}

function readLanguage(request: IncomingMessage): Language {
  const language = accepts(request).languages([...languages])
  return isLanguage(language) ? language : defaultLanguage
}

/** More languages than people read; a header may name thousands. */
const mostTags = 20
const regionalTag = /^([a-z]{2,3})(?:-[a-z]{4})?-([a-z]{2}|\d{3})$/i

/** The regions that the browser prefers: for `en-GB, de-AT` those of Britain for English and of Austria for German. */
export function regionsOf(request: IncomingMessage): Regions {
  return acceptedOf(request).regions
}

function readRegions(request: IncomingMessage): Regions {
  const regions: Partial<Record<Language, string>> = {}
  for (const tag of accepts(request).languages().slice(0, mostTags)) {
    const [, language, region] = regionalTag.exec(tag.toLowerCase()) ?? []
    if (region !== undefined && isLanguage(language) && isRegion(region)) regions[language] ??= region.toUpperCase()
  }
  return regions
}
