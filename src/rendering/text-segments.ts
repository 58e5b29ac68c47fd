import { hostLetter, mailAddressAt, webAddressAt } from './addresses.js'
import { isBareAddress, isHostName, isOnThisNetwork } from './bare-names.js'
import { hostToShow } from './host-names.js'

/** A piece of a text: a link if it has an `href`, plain otherwise. */
export interface TextSegment {
  readonly text: string
  readonly href: string | null
  /** The host that a link leads to, where its text could be read as another; '' otherwise. */
  readonly leadsTo: string
}

/** Further links stay plain. Links make a text costly to show, and the sender could make them many. */
export const maxLinks = 20

/** How much of a text is looked at for addresses, in UTF-16 units of what could be one. It takes a few milliseconds at worst. */
const maxLooked = 10_000

/** How much of a text is searched for what could be an address, in UTF-16 units. */
const maxSearched = 20_000

/** What reading an address costs beside its length, in the same units. */
const readingCost = 64

/** What could be an address, or what must not be taken for one: that of another scheme. */
const candidate = new RegExp(
  [
    '(?<other>(?=[a-z])(?<![a-z\\d+.-])[a-z][a-z\\d+.-]*(?<!https?):\\/\\/[!-~]*)',
    '(?<scheme>https?:\\/\\/(?!https?:\\/\\/))',
    `(?<mail>(?=[a-z\\d])(?<!${hostLetter}|[.%+&@]|\\w'|\\/\\/)(?:mailto:)?[a-z\\d][\\w.%+'&-]*@)`,
    `(?<name>(?=${hostLetter})(?<!${hostLetter}\\p{Cf}*|[@./\\\\])(?:${hostLetter}+(?:\\.${hostLetter}+)+|localhost(?=:\\d|\\/)))`,
  ].join('|'),
  'giu',
)

/** What makes a name a link whatever it ends in. Letters of another alphabet may stand before it. */
const www = /(?:^|[^\0-\x7f])(?=www\.[^.])/i

/** What a candidate has turned out to be, and where to look on. */
interface Reading {
  readonly link: Link | null
  readonly next: number
  /** How much was read to find out, in UTF-16 units: more than up to `next` where it was read in vain. */
  readonly looked?: number
  /** Whether it was told from its name alone that it is no address. */
  readonly isSkipped?: boolean
}

interface Link {
  readonly start: number
  readonly end: number
  readonly href: string
  readonly leadsTo: string
}

/** What every address holds: a scheme, a dot, an @ or a port. Most texts hold none of these. */
const sign = /[.:@/]/

/**
 * Splits a text at its first twenty links (http, https, mailto, "www." and bare names). The segments joined are the text.
 * The template must escape them. The cost is bounded for every text.
 */
export function segmentText(text: string): TextSegment[] {
  if (!sign.test(text)) return text === '' ? [] : [{ text, href: null, leadsTo: '' }]
  const segments: TextSegment[] = []
  let end = 0
  for (const link of firstLinks(text)) {
    if (link.start > end) segments.push({ text: text.slice(end, link.start), href: null, leadsTo: '' })
    segments.push({ text: text.slice(link.start, link.end), href: link.href, leadsTo: link.leadsTo })
    end = link.end
  }
  if (end < text.length) segments.push({ text: text.slice(end), href: null, leadsTo: '' })
  return segments
}

function firstLinks(text: string): Link[] {
  const links: Link[] = []
  const searched = text.slice(0, maxSearched)
  let looked = 0
  for (let from = 0; links.length < maxLinks && looked < maxLooked; ) {
    candidate.lastIndex = from
    const match = candidate.exec(searched)
    if (!match) break
    const { link, next, looked: read = 0, isSkipped = false } = readCandidate(text, match)
    if (link) links.push(link)
    looked += Math.max(next - match.index, read) + (isSkipped ? 0 : readingCost)
    from = next
  }
  return links
}

function readCandidate(text: string, match: RegExpExecArray): Reading {
  const { scheme, mail, name } = match.groups ?? {}
  const { index: start } = match
  const behind = start + match[0].length
  if (scheme !== undefined) {
    const { address, looked } = webAddressAt(text, behind, text[start - 1])
    const link = webLink(start, scheme.toLowerCase(), behind, address)
    return { link, next: link?.end ?? behind + looked, looked }
  }
  if (mail !== undefined) return readMail(text, start, mail)
  if (name !== undefined) return readName(text, start, name)
  return { link: null, next: behind, isSkipped: true }
}

function webLink(start: number, scheme: string, hostStart: number, address: string): Link | null {
  if (address === '') return null
  const href = scheme + address
  const leadsTo = hostToShow(href)
  return leadsTo === null ? null : { start, end: hostStart + address.length, href, leadsTo }
}

function readMail(text: string, start: number, mail: string): Reading {
  const from = start + (/^mailto:/i.exec(mail)?.[0].length ?? 0)
  const { address, looked } = mailAddressAt(text, from)
  const host = address.slice(address.indexOf('@') + 1)
  const leadsTo = isHostName(host) ? hostToShow(`https://${host}`) : null
  if (leadsTo === null) return { link: null, next: from + looked }
  const end = from + address.length
  return { link: { start, end, href: `mailto:${address}`, leadsTo }, next: end }
}

function readName(text: string, runStart: number, run: string): Reading {
  const runEnd = runStart + run.length
  // "Look.https://example.com" is no name.
  if (text.startsWith('://', runEnd)) return { link: null, next: runEnd - (/https?$/i.exec(run)?.[0].length ?? 0) }
  if (text[runEnd] === '@') return { link: null, next: runEnd }
  const prefix = www.exec(run)
  const start = runStart + (prefix ? prefix.index + prefix[0].length : (/^[_-]*/.exec(run)?.[0].length ?? 0))
  const isShort = !/[:/]/.test(text[runEnd] ?? '')
  // Most names are no addresses, and have neither a port nor a path.
  if (!prefix && isShort && !isBareAddress(run.slice(start - runStart).replace(/[_-]+$/, ''))) {
    return { link: null, next: runEnd, isSkipped: true }
  }
  const { address, looked } = webAddressAt(text, start, text[start - 1])
  if (!prefix && !isBareAddress(address)) return { link: null, next: Math.max(runEnd, start + address.length), looked }
  const link = webLink(start, isOnThisNetwork(address) ? 'http://' : 'https://', start, address)
  return { link, next: link?.end ?? runEnd, looked }
}
