import { likenessesOf } from './likeness.js'

/** Names that could pass for the server, its operator, or the reader, who is "You" on a page. */
const reserved = [
  'admin administrator administrador anonymous ephemeral-chat everybody everyone help info me moderator mod myself',
  'nobody official operator operador owner postmaster root security service soporte staff support sysadmin system',
  'webmaster you du tú أنت الدعم مدير مشرف',
]
  .join(' ')
  .split(' ')

const signs = /[_.-]/g

let likenesses: ReadonlySet<string> | null = null

/** Whether a name is reserved, or looks like one that is. Signs between and around the letters are ignored. */
export function isReserved(name: string): boolean {
  likenesses ??= new Set(reserved.flatMap(word => spellingsOf(word.replace(signs, '')).flatMap(likenessesIn)))
  return likenessesIn(name.replace(signs, '')).some(likeness => likenesses?.has(likeness))
}

/** Each way of writing a word has its own look-alikes: a capital I looks like a small L, a small i does not. */
function spellingsOf(word: string): string[] {
  return [word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)]
}

function likenessesIn(name: string): string[] {
  return [...likenessesOf(name)]
}
