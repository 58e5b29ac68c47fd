/** What stands around a message in HTML at most, without its texts and links: with a quote, a picture and all menus. */
const aroundMessage = 4096
/** What stands around the text of a link, which is in it twice; a text has at most twenty. */
const aroundLinks = 20 * 256
/** The most that a special character takes beyond its own byte: `&quot;` */
const mostEscape = 5
const sign = /[.:@/]/

interface Texts {
  readonly text: string
  readonly image: { readonly alt: string } | null
}

/** About how many bytes messages take as HTML, and hardly less: by what is in their texts. It takes 1 ms for a mebibyte. */
export function htmlBytesOf(messages: readonly Texts[]): number {
  return messages.reduce(
    (sum, { text, image }) => sum + aroundMessage + textBytes(text) + 2 * textBytes(image?.alt ?? ''),
    0,
  )
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text) + mostEscape * countSpecial(text)
  return sign.test(text) ? 2 * bytes + aroundLinks : bytes
}

function countSpecial(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    // " & ' < >
    if (unit === 34 || unit === 38 || unit === 39 || unit === 60 || unit === 62) count += 1
  }
  return count
}
