import { likenessesOf } from './likeness.js'

/** Whoever had one of these could speak as the server, its operator, or the reader: "You" is one's own name on a page. */
const reserved = [
  'admin administrator administrador anonymous ephemeral-chat everybody everyone help info me moderator mod myself',
  'nobody official operator operador owner postmaster root security service soporte staff support sysadmin system',
  'webmaster you du tú أنت الدعم مدير مشرف',
]
  .join(' ')
  .split(' ')

const signs = /[_.-]/g

let likenesses: ReadonlySet<string> | null = null

/** Whether a name is one that nobody may have, or looks like it; signs between or around its letters count for nothing. */
export function isReserved(name: string): boolean {
  likenesses ??= new Set(reserved.flatMap(word => spellingsOf(word.replace(signs, '')).flatMap(likenessesIn)))
  return likenessesIn(name.replace(signs, '')).some(likeness => likenesses?.has(likeness))
}

/** A capital I looks like a small L, but not a small i: each way of writing a word has its own look-alikes. */
function spellingsOf(word: string): string[] {
  return [word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)]
}

function likenessesIn(name: string): string[] {
  return [...likenessesOf(name)]
}
