import { maxLinks } from './text-segments.js'

/** What stands around a message in HTML at most, without its texts and links: with a quote, a picture and all menus. */
const aroundMessage = 4096
/** What stands around the text of a link, which is in it twice. */
const aroundLink = 256
/** The most that a special character takes beyond its own byte: `&quot;` */
const mostEscape = 5

/** What an ASCII character is: one that is escaped, one between words, or one that stands in a word that may be a link, before its end. */
const [special, space, sign] = [1, 2, 3]
const kinds = new Uint8Array(0x80)
for (const [kind, characters] of [
  [special, `"&'<>`],
  [space, ' \t\n\r'],
  [sign, '.:@/'],
] as const) {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind
}

interface Texts {
  readonly text: string
  readonly image: { readonly alt: string } | null
}

/** About how many bytes messages take as HTML, and hardly less: by what is in their texts. It takes 5 ms for a mebibyte. */
export function htmlBytesOf(messages: readonly Texts[]): number {
  return messages.reduce(
    (sum, { text, image }) => sum + aroundMessage + textBytes(text) + 2 * textBytes(image?.alt ?? ''),
    0,
  )
}

/** Looks at each unit once: an expression for words that may be links would take long for some texts. */
function textBytes(text: string): number {
  let [sum, ofWord, links] = [0, 0, 0]
  let [isAfterSign, isLink] = [false, false]
  for (let at = 0; at <= text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const kind = unit < 0x80 ? kinds[unit] : 0
    if (at === text.length || kind === space) {
      if (isLink) links += 1
      sum += isLink && links <= maxLinks ? 2 * ofWord + aroundLink : ofWord
      if (at < text.length) sum += 1
      ofWord = 0
      isAfterSign = false
      isLink = false
      continue
    }
    ofWord += kind === special ? 1 + mostEscape : unitBytes(unit)
    isLink ||= isAfterSign && kind !== sign
    isAfterSign = kind === sign
  }
  return sum
}

function unitBytes(unit: number): number {
  if (unit < 0x80) return 1
  // A character beyond the first 65,536 takes four bytes, and is two units.
  return unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
}
