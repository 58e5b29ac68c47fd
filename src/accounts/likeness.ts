import { withoutAccents } from './accents.js'
import { usernameKey } from './account.js'
import { confusables } from './confusables.js'

let prototypes: ReadonlyMap<string, string> | null = null

/** The prototype of each confusable character. Read when the first name is compared. */
function readPrototypes(): ReadonlyMap<string, string> {
  const read = (codes: string) => codes.split(' ').map(code => String.fromCodePoint(Number.parseInt(code, 16)))
  return new Map(
    confusables
      .trim()
      .split('\n')
      .flatMap(line => {
        const [prototype = '', characters = ''] = line.split(': ')
        return read(characters).map(character => [character, read(prototype).join('')] as const)
      }),
  )
}

/**
 * A form that all texts which look alike share. Never shown.
 * Source: Unicode Technical Standard 39, section 4, the internal skeleton.
 */
export function skeletonOf(text: string): string {
  prototypes ??= readPrototypes()
  let skeleton = ''
  for (const character of text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
    skeleton += prototypes.get(character) ?? character
  return skeleton.normalize('NFD')
}

/** What a name looks like as typed, in lower case, and without accents. Names that share one of these are too alike. */
export function likenessesOf(name: string): ReadonlySet<string> {
  const bare = withoutAccents(name)
  const forms = new Set([name, usernameKey(name), bare, usernameKey(bare)])
  return new Set([...forms].map(form => usernameKey(skeletonOf(form))))
}
