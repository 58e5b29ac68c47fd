import { fittedSize, type PictureSize } from '../picture-size.js'
import { readPicture, type UnreadableFile } from './picture-file.js'
import type { PictureLimits } from './shrinking.js'

/** A picture that this page can show and send. */
export interface ChosenPicture extends PictureSize {
  readonly blob: Blob
  /** An object URL, to be revoked by whoever is the last to show it. */
  readonly url: string
}

/** A chosen file once it is read. */
export type Reading = Promise<ChosenPicture | UnreadableFile>

/** Reads a file, and how large the server will show it. */
export async function choosePicture(file: Blob, limits: PictureLimits): Reading {
  const blob = await readPicture(file, limits)
  if (!(blob instanceof Blob)) return blob
  const url = URL.createObjectURL(blob)
  const image = previewOf({ url })
  try {
    await image.decode()
  } catch (error) {
    // The server may still read it.
    if (!(error instanceof DOMException)) throw error
  }
  const { naturalWidth: width, naturalHeight: height } = image
  return { blob, url, ...fittedSize({ width, height }, limits) }
}

/** An image without a description: what it shows is described beside it. */
export function previewOf({ url }: Pick<ChosenPicture, 'url'>): HTMLImageElement {
  const image = new Image()
  image.alt = ''
  image.src = url
  return image
}

/** Frees the memory of a picture that is not shown any more. */
export async function forgetPicture(reading: Reading): Promise<void> {
  const picture = await reading
  if ('url' in picture) URL.revokeObjectURL(picture.url)
}
