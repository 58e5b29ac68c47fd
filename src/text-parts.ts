/** A long text is sent in parts of at most this many UTF-16 units, so that it shows whether any of it is read. */
export const partLength = 16_384
/** A reader that reads nothing of a long text for so many milliseconds is cut. */
export const stuckMs = 10_000

/** The part of a text that begins at `from`. Never splits a character or a CRLF. */
export function partAt(text: string, from: number): string {
  const part = text.slice(from, from + partLength)
  const isTorn = from + part.length < text.length && /[\uD800-\uDBFF\r]$/.test(part)
  return isTorn ? part.slice(0, -1) : part
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * The beginning of a text, of at most this many UTF-16 units. Never splits what is read as one character, such as an
 * emoji of several; only one that is longer than the whole beginning.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  // Where a character begins depends on none behind the next.
  const end = characters.segment(text.slice(0, most + 2)).containing(most)?.index ?? most
  if (end > 0) return text.slice(0, end)
  return text.slice(0, /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most)
}

/** The first character of a text as it is read, such as a letter with its marks; '' of an empty one. */
export function firstCharacterOf(text: string): string {
  // Most texts begin with two ASCII letters, and the segmenter takes longer than all else of a line in the list of chats.
  if (/^[!-~](?:[ -~]|$)/.test(text)) return text.charAt(0)
  return characters.segment(text).containing(0)?.segment ?? ''
}
