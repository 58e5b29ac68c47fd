/** V8 keeps some text alive that nothing refers to any more. What is here prevents that. */

const scratch = Buffer.allocUnsafeSlow(65_536)

/**
 * A copy that shares no memory with `text`. V8 may store a string as a slice of a longer one, or as the two strings it was
 * joined from: a nonce of ten letters would keep the whole frame alive that it was cut from.
 */
export function ownCopy(text: string): string {
  const encoding = Buffer.byteLength(text) === text.length ? 'latin1' : 'utf16le'
  const buffer = 2 * text.length > scratch.length ? Buffer.allocUnsafeSlow(2 * text.length) : scratch
  const size = buffer.write(text, encoding)
  const copy = buffer.toString(encoding, 0, size)
  buffer.fill(0, 0, size)
  return copy
}

/**
 * V8 keeps the whole string that a regular expression matched last, for `RegExp.$_` and its like: on a quiet server that
 * may be a message which is gone. Matching an empty string replaces it; a failed match would not.
 */
export function forgetLastMatch(): void {
  ;/^/.exec('')
}
