import sharp, { type Metadata } from 'sharp'
import { kindOf } from './image-kind.js'
import { endsWhole, holdsProgram } from './picture-end.js'

/** The most that a stored picture may have: width and height in pixels, and the quality of the WebP in percent. */
export interface ImageRules {
  readonly maxWidth: number
  readonly maxHeight: number
  readonly quality: number
}

/** A picture as it is stored: WebP, upright, without metadata. Width and height in pixels. */
export interface Picture {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** Why a file was refused. */
export type ConversionProblem = 'image_invalid' | 'image_too_many_pixels' | 'image_unsupported'

/** The longest side that a WebP can have, in pixels. */
const maxSide = 16_383
/** Pixels of a picture, or of each picture of an animation. */
const mostPixels = 50_000_000
/** Bytes of a whole animation once it is decoded. */
const maxDecodedBytes = 256 * 1_048_576
/** Bytes of one sample of a channel; one byte for any format not named here. */
const sampleSizes: Readonly<Record<string, number>> = { ushort: 2, short: 2, uint: 4, int: 4, float: 4, double: 8 }
/** libwebp's effort, 0 to 6. An animation is many pictures, and must not take many times as long. */
const effort = { still: 4, animated: 2 }

/** Prepares this process for conversions: nothing is cached, and only four kinds of file can be read. */
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

/** Starts the threads that conversions need, so that a failure to start them is not blamed on the first picture. */
export async function rehearseConversion(): Promise<void> {
  await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .webp()
    .toBuffer()
}

/** Encodes a picture anew, or says why not. Never throws because of what is in the file. */
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
    // libvips throws only because of what it read. Its message may quote the file, so it is dropped.
    if (error instanceof Error) return 'image_invalid'
    throw error
  }
}

/** Whether decoding a picture would take too much, by what its header says. */
function isTooLarge({ width, height, pages = 1, pageHeight = height, channels, depth }: Metadata): boolean {
  const pixels = width * pageHeight
  const decodedBytes = pixels * pages * channels * (sampleSizes[depth] ?? 1)
  return Math.max(width, pageHeight) > maxSide || pixels > mostPixels || decodedBytes > maxDecodedBytes
}
