import { LinkifyIt } from 'linkify-it'

/** A piece of what a person wrote: plain, or a link when it has an address. */
export interface TextSegment {
  readonly text: string
  readonly href: string | null
}

const linkify = new LinkifyIt({ fuzzyLink: true }).add('ftp:', null).add('//', null)

/** Splits a text at its links (http, https, mailto and bare domains), losing no character. Escaping is the template's. */
export function segmentText(text: string): TextSegment[] {
  const segments: TextSegment[] = []
  let end = 0
  for (const match of linkify.match(text) ?? []) {
    if (match.index > end) segments.push({ text: text.slice(end, match.index), href: null })
    segments.push({ text: match.text, href: match.schema ? match.url : match.url.replace(/^http:/, 'https:') })
    end = match.lastIndex
  }
  if (end < text.length) segments.push({ text: text.slice(end), href: null })
  return segments
}
