import { foreignKindOfHead, headBytes } from '../foreign-kind.js'
import { type ImageKind, kindBytes, kindOfHead } from '../picture-kind.js'

/** The kind of a file by its first bytes, whatever its name or header says; null for any other kind. */
export function kindOf(bytes: Buffer): ImageKind | null {
  return kindOfHead(bytes.toString('latin1', 0, kindBytes))
}

/** What a file that is none of the four kinds is, as people call it; null if it is not known. */
export function foreignKindOf(bytes: Buffer): string | null {
  return foreignKindOfHead(bytes.toString('latin1', 0, headBytes))
}
