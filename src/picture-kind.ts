/** The kinds of picture that are accepted. An SVG is not among them, as it can hold a program. */
export type ImageKind = 'gif' | 'jpeg' | 'png' | 'webp'

/** How files of each kind begin: what stands where. */
const signatures: readonly (readonly [kind: ImageKind, at: number, text: string])[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
]

/** Bytes of a file that tell its kind. */
export const kindBytes = 12

/** The kind of a file by its first bytes, one character each, whatever its name or header says; null for any other kind. */
export function kindOfHead(head: string): ImageKind | null {
  const [kind = null] = signatures.find(([, at, text]) => head.startsWith(text, at)) ?? []
  return kind === 'webp' && !head.startsWith('RIFF') ? null : kind
}
