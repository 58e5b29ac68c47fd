/** The sources of the server, as a mutation run sees them. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { filesBelow } from '../freshness.mjs'
import { root } from '../process.mjs'

/** What is searched for faults unless other folders are named. */
export const usualFolders = [
  'src/chat',
  'src/engines',
  'src/accounts',
  'src/web',
  'src/live',
  'src/rendering',
  'src/api',
]

/** Tables that a script has written say so at their head. */
const isGenerated = text => /^\/\*\*[^/]*\b(Made|Generated|Written) by\b/.test(text)

/**
 * Reads the sources below folders; files are folders here too.
 * @returns {Map<string, string>} texts by paths below the project's folder
 */
export function readSources(folders) {
  const files = [...filesBelow('src')].map(path => relative(root, path)).sort()
  const isWanted = path => folders.some(folder => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`))
  return new Map(
    files
      .filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.startsWith('src/browser/'))
      .filter(isWanted)
      .map(path => [path, readFileSync(`${root}${path}`, 'utf8')])
      .filter(([, text]) => !isGenerated(text)),
  )
}
