import { foreignKindOfHead, headBytes } from '../foreign-kind.js'
import { kindOfHead } from '../picture-kind.js'
import { type PictureLimits, shrink } from './shrinking.js'

/** A file that can never be sent. */
export interface UnreadableFile {
  /** What it is, as people call it, such as HEIC; null if that is not known. */
  readonly format: string | null
}

/**
 * Makes of a chosen file what is uploaded. Its bytes decide, not its name nor the type that the browser gives it: what the
 * server does not take, such as a phone's HEIC, is written again if this browser can read it.
 */
export async function readPicture(file: Blob, limits: PictureLimits): Promise<Blob | UnreadableFile> {
  try {
    const head = String.fromCharCode(...new Uint8Array(await file.slice(0, headBytes).arrayBuffer()))
    const known = kindOfHead(head)
    // Browsers read what is inside, whatever type it is said to be; only an SVG has to be called one.
    const type = known ? `image/${known}` : file.type === 'image/svg+xml' ? file.type : 'image/jpeg'
    const picture = new File([file], 'picture', { type })
    const result = await shrink(picture, limits)
    return known || result !== picture ? result : { format: foreignKindOfHead(head) }
  } catch (error) {
    // A folder, or a file that is gone or may not be read.
    if (error instanceof DOMException) return { format: null }
    throw error
  }
}
