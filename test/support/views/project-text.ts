import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Language } from '#src/languages.js'
import { projectRoot } from '#src/project-root.js'

const catalogueFile = z.record(z.string(), z.string())

/** Reads the catalogue of one language, unparsed. */
export function readCatalogue(language: Language): ReadonlyMap<string, string> {
  const text = readFileSync(join(projectRoot, 'locales', `${language}.json`), 'utf8')
  return new Map(Object.entries(catalogueFile.parse(JSON.parse(text))))
}

/** Reads all files in a folder whose names end with `end`; the keys are their paths. */
export function readTexts(folder: string, end: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
  return new Map(
    names
      .filter(name => name.endsWith(end))
      .map(name => [`${folder}/${name}`, readFileSync(join(projectRoot, folder, name), 'utf8')]),
  )
}
