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

/** Splits a text into parts lazily. */
export function* partsOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const part = partAt(text, from)
    yield part
    from += part.length
  }
}
