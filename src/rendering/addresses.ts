import { LinkifyIt, REBuilder } from 'linkify-it'
import { endings } from './bare-names.js'

/** Letters in circles, which browsers take for plain ones in a host name. */
const circled = '\\u24b6-\\u24e9'

/**
 * Letters of scripts that stand next to an address without a space, or that no host name mixes with Latin letters, and
 * signs such as arrows and emoji.
 */
const foreign = `(?:[${[
  ...['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'],
  ...['Hebrew', 'Arabic', 'Syriac', 'Thaana', 'Nko', 'Adlam'],
]
  .map(script => `\\p{Script=${script}}`)
  .join('')}\\u30fc\\uff70]|(?![!-~${circled}])\\p{S})`

/** One of these that is seen. Some scripts have invisible ones, such as U+061C and U+3164. */
const seen = `(?![\\p{Cf}\\p{DI}])${foreign}`

/** A letter of a host name that is not foreign. */
export const hostLetter = `(?:[\\w-]|(?![!-~]|${foreign})[\\p{L}\\p{M}\\p{N}${circled}])`

/** A sign of an address that needs no attention. None is a space, invisible or a sign that no address holds. */
const plain = `(?:[!#-;=?-\\]_a-{}~"]|(?!${foreign}|[\\p{P}\\p{Cf}\\p{Z}\\p{Cc}])[^\\0-\\x7f])`

const hostPart = /[^\s/?#|^`<>\p{Cf}]{0,320}/uy

/**
 * Foreign letters that follow a sign such as a slash belong to the path ("wiki/日本語"), those that follow a letter to the
 * sentence ("docs了解更多"). Browsers copy addresses without any.
 */
const pathPart = new RegExp(
  `[/?#](?:${plain}|(?<=[/=#&_~+-]|_\\()${seen}(?:(?![/?#&=])${plain}|${seen}|[\\u200c\\u200d])*)*`,
  'uy',
)

/** An invisible character within a host. Both its parts would look like one link, or the latter like the whole. */
const split = new RegExp(`\\p{Cf}+(?:${hostLetter}|\\.)`, 'uy')

/** The listed endings that no letter of another alphabet can go on. */
const asciiEndings = [...endings].filter(ending => /^[a-z]+$/.test(ending))

/** Where a host ends and a sentence goes on: behind a port, the name's end, or an ending that would have two scripts. */
const hostCut = new RegExp(
  `^[a-z\\d-]+(?=${foreign}[^.]*$)|\\.[a-z\\d-]*[a-z\\d](?=${foreign})|:\\d+(?=${foreign})|` +
    `\\.(?:${asciiEndings.join('|')})(?=[^\\0-\\x7f.][^.]*$)`,
  'iu',
)

/** The beginning of the next address, where another follows without a space. */
const nextScheme = /[\p{L}\p{N},;)"'](?=https?:\/\/)/iu

/** Characters that end a host name; another may begin behind them. */
const edges = '[$+<=>^`|\\uff5c]'

/**
 * linkify-it takes most of these for letters of a host name. It then reads "=a=a=a" again from every sign in it, and needs
 * 140 ms for 5,000 characters. It allows no underscore in a host.
 */
class LinkPatterns extends REBuilder {
  // ASCII letters and digits come first, because they match fast.
  override get_pseudo_letter(): RegExp {
    const others = `(?![a-z0-9]|${edges}|${this.src_ZPCc})${this.src_Any}`
    this.cache.src_pseudo_letter ??= new RegExp(`(?:[a-z0-9]|${others})`, 'i')
    return this.cache.src_pseudo_letter
  }

  override get_domain(): RegExp {
    const letter = this.get_pseudo_letter().source
    this.cache.src_domain ??= new RegExp(`(?:(?:_|${letter})(?:(?:[-_]|${letter}){0,61}${letter})?)`)
    return this.cache.src_domain
  }

  override get_host_terminator(): RegExp {
    const goesOn = `-|:\\d|\\.-|\\.(?!$|${this.src_ZPCc})`
    this.cache.src_host_terminator ??= new RegExp(`(?=$|${edges}|${this.src_ZPCc})(?!${goesOn})`)
    return this.cache.src_host_terminator
  }
}

const linkify = new LinkifyIt({ urlAuth: true, rebuilder: new LinkPatterns() }).add('ftp:', null).add('//', null)

/** The match of a sticky pattern at an index; '' if there is none. */
function matchAt(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0] ?? ''
}

function cutHost(part: string): string {
  const cut = hostCut.exec(part)
  return cut ? part.slice(0, cut.index + cut[0].length) : part
}

/** What was looked at to find an address, and the address in it; '' if there is none. */
export interface Found {
  readonly address: string
  readonly looked: number
}

/**
 * The web address that begins at an index of a text, behind its scheme. It ends before what belongs to the sentence: a
 * full stop, a bracket that was not opened in it, letters of another script. `before` is the character before its scheme.
 */
export function webAddressAt(text: string, from: number, before = ''): Found {
  const part = matchAt(hostPart, text, from)
  const host = cutHost(part)
  const whole = host === part ? host + matchAt(pathPart, text, from + host.length) : host
  const next = nextScheme.exec(whole)
  const piece = next ? whole.slice(0, next.index + next[0].length) : whole
  const match = piece.length > maxLength ? null : linkify.matchAtStart(`https://${piece}`)
  const address = match?.text.slice('https://'.length) ?? ''
  const behind = from + address.length
  const isSplit = address.length === host.length && matchAt(split, text, behind) !== ''
  const isCutShort = isSplit || /[@%]/.test(text.charAt(behind))
  return { address: isCutShort ? '' : trim(address, before), looked: Math.max(whole.length, 1) }
}

/** The e-mail address that begins at an index of a text. */
export function mailAddressAt(text: string, from: number): Found {
  const at = text.indexOf('@', from) + 1
  const piece = text.slice(from, at) + cutHost(matchAt(hostPart, text, at))
  const address = linkify.matchAtStart(`mailto:${piece}`)?.text.slice('mailto:'.length) ?? ''
  return { address: text[from + address.length] === '@' ? '' : address, looked: Math.max(piece.length, 1) }
}

/** The longest address, in UTF-16 units: 2,048 with its scheme. Few sites accept a longer one. */
const maxLength = 2040

/** Signs that linkify-it takes for a part of an address where they are the sentence's. */
const trailing = /[:@\\*?!]+$/
const emphasis = /[_~]/

function trim(address: string, before: string): string {
  const trimmed = address.replace(trailing, '')
  // Markdown: _https://example.com/_
  return emphasis.test(before) ? trimmed.replace(/[_~]+$/, '') : trimmed
}
