import Compressor from 'compressorjs'

/** The most that a picture may be before it is uploaded: size in pixels, quality from 0 to 1. */
export interface PictureLimits {
  readonly maxWidth: number
  readonly maxHeight: number
  readonly quality: number
}

/** A picture that is larger than this is written again with less quality: half a megabyte takes 4 s on slow 3G. */
const wantedBytes = 500_000
const steps = [1, 0.75, 0.5]

function write(file: File, limits: PictureLimits, mimeType: string, step: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    new Compressor(file, {
      maxWidth: limits.maxWidth,
      maxHeight: limits.maxHeight,
      quality: limits.quality * step,
      mimeType,
      convertTypes: [],
      // Browsers turn pictures upright themselves; the library's own way needs a URL that our policy forbids.
      checkOrientation: false,
      // Otherwise a small file would be returned as it is, with its metadata: camera, place and time.
      strict: false,
      beforeDraw(context) {
        context.imageSmoothingQuality = 'high'
      },
      success: resolve,
      error: reject,
    })
  })
}

/** Whether a picture is animated, which a canvas would lose. Every GIF counts as animated. */
async function isAnimated(file: File): Promise<boolean> {
  if (file.type === 'image/gif') return true
  const head = new Uint8Array(await file.slice(0, 21).arrayBuffer())
  const [format, flags = 0] = [String.fromCharCode(...head.slice(12, 16)), head[20]]
  return file.type === 'image/webp' && format === 'VP8X' && (flags & 2) !== 0
}

/**
 * Makes a picture small enough to upload: upright, without metadata, as WebP, or as JPEG if the browser writes no WebP.
 * Returns the file as it is if it is animated or the browser cannot read it: the server deals with those.
 */
export async function shrink(file: File, limits: PictureLimits): Promise<Blob> {
  if (await isAnimated(file)) return file
  try {
    let smallest: Blob = file
    for (const step of steps) {
      smallest = await write(file, limits, 'image/webp', step)
      if (smallest.type !== 'image/webp') smallest = await write(file, limits, 'image/jpeg', step)
      if (smallest.size <= wantedBytes) break
    }
    return smallest
  } catch (error) {
    if (error instanceof Error) return file
    throw error
  }
}
