import { LinkifyIt, type Match, REBuilder } from 'linkify-it'

/** A piece of a text: a link if it has an `href`, plain otherwise. */
export interface TextSegment {
  readonly text: string
  readonly href: string | null
}

/** Further links stay plain. Links make a text costly to show, and the sender could make them many. */
const maxLinks = 20

/** The longest word, in UTF-16 units, that is searched for a link. Few sites accept a longer URL. */
const maxWordLength = 2048

/** How much of a text is searched, in UTF-16 units of words that could hold a link. It takes some milliseconds at worst. */
const maxSearched = 10_000

/** Characters that end a host name; another may begin behind them. */
const edges = '[$+<=>^`|\\uff5c]'

/**
 * linkify-it takes most of these for letters of a host name. It then reads "=a=a=a" anew from every sign in it, and needs
 * 140 ms for 5,000 characters.
 */
class LinkPatterns extends REBuilder {
  // ASCII letters and digits come first, because they match fast.
  override get_pseudo_letter(): RegExp {
    const others = `(?![a-z0-9]|${edges}|${this.src_ZPCc})${this.src_Any}`
    this.cache.src_pseudo_letter ??= new RegExp(`(?:[a-z0-9]|${others})`, 'i')
    return this.cache.src_pseudo_letter
  }

  override get_host_terminator(): RegExp {
    const goesOn = `-|_|:\\d|\\.-|\\.(?!$|${this.src_ZPCc})`
    this.cache.src_host_terminator ??= new RegExp(`(?=$|${edges}|${this.src_ZPCc})(?!${goesOn})`)
    return this.cache.src_host_terminator
  }
}

const linkify = new LinkifyIt({ fuzzyLink: true, rebuilder: new LinkPatterns() }).add('ftp:', null).add('//', null)

/** Every link holds a dot or a colon with something behind it. */
const sign = /[.:]\S/g
const space = /\s/g

/**
 * Splits a text at its first twenty links (http, https, mailto and bare domains). The segments joined are the text. The
 * template must escape them. The cost is bounded for every text: only words that could hold a link are searched.
 */
export function segmentText(text: string): TextSegment[] {
  const segments: TextSegment[] = []
  let end = 0
  for (const { match, wordStart } of firstLinks(text)) {
    const start = wordStart + match.index
    if (start > end) segments.push({ text: text.slice(end, start), href: null })
    segments.push({ text: match.text, href: match.schema ? match.url : match.url.replace(/^http:/, 'https:') })
    end = wordStart + match.lastIndex
  }
  if (end < text.length) segments.push({ text: text.slice(end), href: null })
  return segments
}

function firstLinks(text: string): { match: Match; wordStart: number }[] {
  const links: { match: Match; wordStart: number }[] = []
  let wordEnd = 0
  let searched = 0
  while (links.length < maxLinks && searched < maxSearched) {
    const signAt = find(sign, text, wordEnd)
    if (signAt === text.length) break
    let wordStart = signAt
    while (wordStart > wordEnd && !/\s/.test(text.charAt(wordStart - 1))) wordStart -= 1
    wordEnd = find(space, text, signAt)
    if (wordEnd - wordStart > maxWordLength) continue
    const word = text.slice(wordStart, wordEnd)
    links.push(...(linkify.match(word) ?? []).map(match => ({ match, wordStart })))
    searched += word.length
  }
  return links.slice(0, maxLinks)
}

/** The index of the first match from `from` on; the length of the text if there is none. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}
