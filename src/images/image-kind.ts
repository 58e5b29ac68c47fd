/** The kinds of picture that are taken. Everything else is no picture here, an SVG included: it is a program. */
export type ImageKind = 'gif' | 'jpeg' | 'png' | 'webp'

const signatures: readonly (readonly [ImageKind, number, string])[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
]

/** What a file is by its first bytes, whatever its name or header says; null when it is no picture that is taken. */
export function kindOf(bytes: Buffer): ImageKind | null {
  const found = signatures.find(([, at, text]) => bytes.toString('latin1', at, at + text.length) === text)
  const [kind] = found ?? [null]
  return kind === 'webp' && bytes.toString('latin1', 0, 4) !== 'RIFF' ? null : kind
}
