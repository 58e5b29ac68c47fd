import Compressor from 'compressorjs'

/** What a picture may be at most before it leaves: pixels, and quality from 0 to 1. */
export interface PictureLimits {
  readonly maxWidth: number
  readonly maxHeight: number
  readonly quality: number
}

/** A picture that is still larger than this is written again with less quality; half a megabyte is 4 s of slow 3G. */
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
      // Browsers turn pictures upright themselves; the library's own way goes by an address that our policy forbids.
      checkOrientation: false,
      // Else a file that is small already would be given back as it is, with all that it tells of its maker.
      strict: false,
      beforeDraw(context) {
        context.imageSmoothingQuality = 'high'
      },
      success: resolve,
      error: reject,
    })
  })
}

/** Whether it moves, which a canvas would end: every GIF is taken for such. */
async function isAnimated(file: File): Promise<boolean> {
  if (file.type === 'image/gif') return true
  const head = new Uint8Array(await file.slice(0, 21).arrayBuffer())
  const [format, flags = 0] = [String.fromCharCode(...head.slice(12, 16)), head[20]]
  return file.type === 'image/webp' && format === 'VP8X' && (flags & 2) !== 0
}

/**
 * The picture as small as it has to be: upright, without metadata, WebP, or JPEG where the browser cannot write that.
 * What the browser cannot read, and what moves, is left to the server as it is.
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
