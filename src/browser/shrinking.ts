import Compressor from 'compressorjs'
import { kindOfHead } from '../picture-kind.js'
import { fittedSize, type PictureSize, type SizeLimits } from '../picture-size.js'

/** The most that a picture may be before it is uploaded: size in pixels, quality from 0 to 1. */
export interface PictureLimits extends SizeLimits {
  readonly quality: number
}

/** A picture that is larger than this is written again with less quality: half a megabyte takes 4 s on slow 3G. */
const wantedBytes = 500_000
const steps = [1, 0.75, 0.5]

/** The size of a picture when it stands upright. @throws Error when the browser cannot read it */
async function sizeOf(file: File): Promise<PictureSize> {
  const image = new Image()
  const url = URL.createObjectURL(file)
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve
      image.onerror = () => reject(new Error('The browser cannot read this picture'))
      image.src = url
    })
    return { width: image.naturalWidth, height: image.naturalHeight }
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** How a picture is written. */
interface Writing extends PictureSize {
  readonly mimeType: string
  readonly quality: number
}

function write(file: File, { width, height, mimeType, quality }: Writing): Promise<Blob> {
  return new Promise((resolve, reject) => {
    new Compressor(file, {
      maxWidth: width,
      maxHeight: height,
      quality,
      mimeType,
      convertTypes: [],
      // Browsers turn pictures upright themselves; the library's own way needs a URL that our policy forbids.
      checkOrientation: false,
      // Otherwise a small file would be returned as it is, with its metadata: camera, place and time.
      strict: false,
      beforeDraw(context, canvas) {
        context.imageSmoothingQuality = 'high'
        if (mimeType !== 'image/jpeg') return
        // A JPEG cannot be seen through: what can be would become black.
        context.fillStyle = '#fff'
        context.fillRect(0, 0, canvas.width, canvas.height)
      },
      success: resolve,
      error: reject,
    })
  })
}

/** Whether a picture is animated by its bytes, which a canvas would lose. Every GIF counts as animated. */
async function isAnimated(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 21).arrayBuffer())
  const text = String.fromCharCode(...head)
  return kindOfHead(text) === 'gif' || (text.slice(8, 16) === 'WEBPVP8X' && ((head[20] ?? 0) & 2) !== 0)
}

/**
 * Makes a picture small enough to upload: upright, without metadata, as WebP, or as PNG or JPEG if the browser writes no
 * WebP.
 * Returns the file as it is if it is animated or the browser cannot read it: the server deals with those.
 */
export async function shrink(file: File, limits: PictureLimits): Promise<Blob> {
  if (await isAnimated(file)) return file
  try {
    const size = fittedSize(await sizeOf(file), limits)
    let smallest: Blob = file
    for (const step of steps) {
      const quality = limits.quality * step
      smallest = await write(file, { ...size, quality, mimeType: 'image/webp' })
      // A browser that writes no WebP writes a PNG. A small one is kept, since it may be one that can be seen through.
      const isPhoto = file.type === 'image/jpeg' || smallest.size > wantedBytes
      if (smallest.type !== 'image/webp' && isPhoto)
        smallest = await write(file, { ...size, quality, mimeType: 'image/jpeg' })
      if (smallest.size <= wantedBytes) break
    }
    return smallest
  } catch (error) {
    if (error instanceof Error) return file
    throw error
  }
}
