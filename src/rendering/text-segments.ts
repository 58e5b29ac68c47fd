import { LinkifyIt, type Match, REBuilder } from 'linkify-it'

/** A piece of what a person wrote: plain, or a link when it has an address. */
export interface TextSegment {
  readonly text: string
  readonly href: string | null
}

/** More links than these in one text stay plain: a text made of links costs whoever shows it more than any other. */
const maxLinks = 20

/** The longest word, in UTF-16 units, that may hold a link: few sites take an address that is longer. */
const maxWordLength = 2048

/** How much of a text is searched, in UTF-16 units of words that could hold a link: some milliseconds of work at worst. */
const maxSearched = 10_000

/** Before these a host ends, and behind them one may begin. */
const edges = '[$+<=>^`|\\uff5c]'

/**
 * The library takes most edges for letters of a host as well: it then reads "=a=a=a" again from every sign in it, and
 * needs 140 ms for 5,000 characters.
 */
class LinkPatterns extends REBuilder {
  // Letters and digits of ASCII stand for themselves, as that is fast.
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

/** Every link holds one of these, and goes on behind it. */
const sign = /[.:]\S/g
const space = /\s/g

/**
 * Splits a text at its first twenty links (http, https, mailto and bare domains), losing no character. Escaping is the
 * template's. The cost is bounded, whatever the text: words that could hold a link are looked at one by one, and others
 * not at all.
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

/** Where a pattern is first found from a place on; the length of the text when it is not. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}
