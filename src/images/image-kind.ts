/** The kinds of picture that are accepted. An SVG is not among them, as it can hold a program. */
export type ImageKind = 'gif' | 'jpeg' | 'png' | 'webp'

const signatures: readonly (readonly [ImageKind, number, string])[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
]

/** The kind of a file by its first bytes, whatever its name or header says; null for any other kind. */
export function kindOf(bytes: Buffer): ImageKind | null {
  const found = signatures.find(([, at, text]) => bytes.toString('latin1', at, at + text.length) === text)
  const [kind] = found ?? [null]
  return kind === 'webp' && bytes.toString('latin1', 0, 4) !== 'RIFF' ? null : kind
}
