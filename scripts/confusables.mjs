// Writes src/accounts/confusables.ts from a copy of https://www.unicode.org/Public/security/latest/confusables.txt:
// node scripts/confusables.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs'

const text = readFileSync(process.argv[2] ?? 'confusables.txt', 'utf8')
const [, version = ''] = /^# Version: ([\d.]+)$/m.exec(text) ?? []
if (version === '') throw new Error('This is not Unicode’s confusables.txt')

/** Whether it can stand in a name that is taken apart (NFD), which it is before it is compared. */
const isInNames = character => /^[\p{L}\p{M}\p{Nd}_.-]$/u.test(character) && character === character.normalize('NFD')
const inHex = characters => [...characters].map(character => character.codePointAt(0).toString(16)).join(' ')
const fromHex = hex => String.fromCodePoint(...hex.split(' ').map(code => Number.parseInt(code, 16)))

const byPrototype = new Map()
for (const [, source, prototype] of text.matchAll(/^([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA/gm)) {
  const [character, lookedLike] = [fromHex(source), fromHex(prototype)]
  if (isInNames(character)) byPrototype.set(lookedLike, (byPrototype.get(lookedLike) ?? '') + character)
}

const lines = [...byPrototype].map(([prototype, characters]) => `${inHex(prototype)}: ${inHex(characters)}`)
writeFileSync(
  new URL('../src/accounts/confusables.ts', import.meta.url),
  `// Long because it is a generated table.
/**
 * What each character of a name looks like, in hexadecimal code points: a prototype, and what is taken for it. Made by
 * scripts/confusables.mjs.
 * Source: Unicode ${version}, https://www.unicode.org/Public/security/${version}/confusables.txt. © Unicode, Inc.; its
 * terms of use and license: https://www.unicode.org/terms_of_use.html
 */
export const confusables = \`
${lines.join('\n')}
\`
`,
)
