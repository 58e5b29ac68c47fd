import type { IncomingMessage } from 'node:http'
import accepts from 'accepts'
import { type AccountSettings, defaultSettings } from '../accounts/settings.js'
import { defaultLanguage, isLanguage, type Language, languages } from '../languages.js'

/** The language to answer in: the one in the settings, else the one of ours that the browser prefers. */
export function languageOf(request: IncomingMessage, { language }: AccountSettings = defaultSettings): Language {
  if (language !== 'auto') return language
  const accepted = accepts(request).languages([...languages])
  return isLanguage(accepted) ? accepted : defaultLanguage
}
