import sharp, { type Metadata } from 'sharp'
import { kindOf } from './image-kind.js'
import { endsWhole, holdsProgram } from './picture-end.js'

/** What a picture may be at most when it is kept: pixels, and the quality of the WebP in percent. */
export interface ImageRules {
  readonly maxWidth: number
  readonly maxHeight: number
  readonly quality: number
}

/** A picture as it is kept: WebP, upright, without metadata. Width and height in pixels. */
export interface Picture {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** Why a file was not taken. */
export type ConversionProblem = 'image_invalid' | 'image_too_many_pixels' | 'image_unsupported'

/** The longest side that WebP has, in pixels. */
const maxSide = 16_383
const maxFramePixels = 50_000_000
/** All frames of an animation together, in bytes once they are decoded. */
const maxDecodedBytes = 256 * 1_048_576
/** Bytes of one sample of a channel; of all that is not named, one. */
const sampleSizes: Readonly<Record<string, number>> = { ushort: 2, short: 2, uint: 4, int: 4, float: 4, double: 8 }
/** libwebp's effort, 0 to 6: an animation is many pictures, and must not take many times as long. */
const effort = { still: 4, animated: 2 }

/** Readies this process for conversions: no pixel is kept for later, and nothing but four kinds of file is ever read. */
export function prepareConversions(): void {
  sharp.cache(false)
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  })
}

/** Begins the threads that conversions need: where they cannot begin, that is not the first picture's fault. */
export async function rehearseConversion(): Promise<void> {
  await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .webp()
    .toBuffer()
}

/** Writes a picture anew, or says why not. Never throws for what is in the file. */
export async function convert(bytes: Buffer, rules: ImageRules): Promise<Picture | ConversionProblem> {
  const kind = kindOf(bytes)
  if (!kind) return 'image_unsupported'
  try {
    const animated = kind === 'gif' || kind === 'webp'
    const image = sharp(bytes, { animated, failOn: 'warning', limitInputPixels: false })
    const header = await image.metadata()
    if (isTooLarge(header)) return 'image_too_many_pixels'
    if (!endsWhole(bytes, kind) || holdsProgram(bytes)) return 'image_invalid'
    const isAnimation = (header.pages ?? 1) > 1
    const { data, info } = await (isAnimation ? image : image.autoOrient())
      .resize({ width: rules.maxWidth, height: rules.maxHeight, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: rules.quality, effort: isAnimation ? effort.animated : effort.still })
      .toBuffer({ resolveWithObject: true })
    return { bytes: data, width: info.width, height: info.pageHeight ?? info.height }
  } catch (error) {
    // libvips throws for nothing but what it read; its words may quote the file and go nowhere.
    if (error instanceof Error) return 'image_invalid'
    throw error
  }
}

/** Whether decoding a picture would take more than it may, by what its header says. */
function isTooLarge({ width, height, pages = 1, pageHeight = height, channels, depth }: Metadata): boolean {
  const framePixels = width * pageHeight
  const decodedBytes = framePixels * pages * channels * (sampleSizes[depth] ?? 1)
  return Math.max(width, pageHeight) > maxSide || framePixels > maxFramePixels || decodedBytes > maxDecodedBytes
}
