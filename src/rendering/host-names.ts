import { domainToUnicode } from 'node:url'
import { skeletonOf } from '../accounts/likeness.js'
import { isOfOneSystem } from '../accounts/username.js'
import { parseUrl } from '../web-address.js'

/** Scripts that share words with Latin letters in ordinary host names. */
const besideLatin = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}ー]*$/u
const ascii = /^[!-~]*$/
const ordinary = /^[\p{L}\p{M}\p{N}-]*$/u
const looseMark = /\p{Script=Inherited}/u

/** The parts of a web address that say where it leads: name and password, host, port. */
const authority = /^(?:https?:\/\/)?(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::\d+)?/i

/** The host that an address names, as it is written there; '' if it names none. */
export function writtenHostOf(address: string): string {
  return authority.exec(address)?.[2] ?? ''
}

/** The last label of a host name. */
export const endingOf = (host: string): string => host.slice(host.lastIndexOf('.') + 1)

/**
 * The host that a web address leads to, in ASCII, where a reader could take it for another: where a name stands before
 * it ("bank.com@"), where it mixes scripts or imitates another script, where it is written in signs that browsers
 * replace. Otherwise ''; null if it is no valid address.
 */
export function hostToShow(address: string): string | null {
  const url = parseUrl(address)
  if (url === null) return null
  const { hostname } = url
  const shown = hostname.includes('xn--') ? domainToUnicode(hostname) : hostname
  // Newer versions of Node parse a label that stands for nothing, and leave it as it is.
  if (shown.includes('xn--')) return null
  const [, userinfo, written = ''] = authority.exec(address) ?? []
  if (userinfo !== undefined) return hostname
  if (written.startsWith('[')) return ''
  // A capital I looks like a small l.
  if (/[a-z]I|I[a-z]/.test(written)) return hostname
  const read = written.toLowerCase().normalize('NFC')
  if (read === hostname) return ''
  return shown === read && !isMisleading(read) ? '' : hostname
}

/** Whether browsers would show a host in punycode. Source: https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md */
function isMisleading(host: string): boolean {
  const isAsciiEnding = ascii.test(endingOf(host))
  return host.split('.').some(label => !ascii.test(label) && (!isPlain(label) || (isAsciiEnding && imitates(label))))
}

function isPlain(label: string): boolean {
  if (!ordinary.test(label) || looseMark.test(label)) return false
  return isOfOneSystem(label) || besideLatin.test(label.replace(/[!-~]/g, ''))
}

/** Whether a label looks as if it was written in ASCII letters. */
function imitates(label: string): boolean {
  // Two letters in one, such as æ, imitate nothing.
  return [...label].every(letter => ascii.test(letter) || /^[!-~]$/.test(skeletonOf(letter)))
}
