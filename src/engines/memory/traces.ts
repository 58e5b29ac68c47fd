/** Ways in which V8 keeps text alive that nothing of ours refers to any more, and how to end them. */

const scratch = Buffer.allocUnsafeSlow(65_536)

/**
 * A copy that shares no memory with `text`. V8 may keep a string as a window into a longer one, or as the two halves it
 * was joined from: a nonce of ten letters would hold the whole frame that it was cut from.
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
 * V8 keeps the last string that any regular expression matched, whole, for `RegExp.$_` and its like: on a quiet server
 * that may be a message which is gone. A match of nothing takes its place; a failed match would not.
 */
export function forgetLastMatch(): void {
  ;/^/.exec('')
}
