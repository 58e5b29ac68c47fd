import sharp, { type Metadata } from 'sharp'
import type { PictureGround } from '../chat/picture-ground.js'
import { fittedSize, longestSide, type PictureSize, type SizeLimits } from '../picture-size.js'
import { groundFor } from './ground.js'
import { kindOf } from './image-kind.js'
import { holdsProgram, pictureIn } from './picture-end.js'

/** The most that a stored picture may have: its size, the quality of the WebP in percent, and its bytes. */
export interface ImageRules extends SizeLimits {
  readonly quality: number
  readonly maxSize: number
}

/** A picture as it is stored: WebP, upright, without metadata. */
export interface Picture extends PictureSize {
  readonly bytes: Buffer
  /** The first frame of an animation, a WebP of the same size; null for a picture that does not move. */
  readonly still: Buffer | null
  /** What a picture that can be seen through is to be shown on; null for any other. */
  readonly ground: PictureGround | null
}

/** Why a file was refused. */
export type ConversionProblem = 'image_invalid' | 'image_too_large' | 'image_too_many_pixels' | 'image_unsupported'

/** Pixels of a picture, or of each picture of an animation. */
const mostPixels = 50_000_000
/** Bytes of a whole animation once it is decoded. */
const maxDecodedBytes = 256 * 1_048_576
/** Bytes of one sample of a channel; one byte for any format not named here. */
const sampleSizes: Readonly<Record<string, number>> = { ushort: 2, short: 2, uint: 4, int: 4, float: 4, double: 8 }
/** libwebp's effort, 0 to 6. An animation is many pictures, and must not take many times as long. */
const effort = { still: 4, animated: 2 }
/** How a picture is written until it has no more bytes than it may: what quality and sides are multiplied with. */
const attempts = [
  { quality: 1, side: 1 },
  { quality: 0.6, side: 0.8 },
  { quality: 0.4, side: 0.5 },
]

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

/** Encodes a picture again, or says why not. Never throws because of what is in the file. */
export async function convert(file: Buffer, rules: ImageRules): Promise<Picture | ConversionProblem> {
  const kind = kindOf(file)
  if (!kind) return 'image_unsupported'
  const bytes = pictureIn(file, kind)
  if (!bytes || holdsProgram(file)) return 'image_invalid'
  try {
    const header = await read(bytes, kind === 'gif' || kind === 'webp').metadata()
    if (isTooLarge(header)) return 'image_too_many_pixels'
    const size = fittedSize(sizeOf(header), rules)
    for (const attempt of attempts) {
      const picture = await write(bytes, header, {
        width: Math.ceil(size.width * attempt.side),
        height: Math.ceil(size.height * attempt.side),
        quality: Math.ceil(rules.quality * attempt.quality),
      })
      if (picture.bytes.length + (picture.still?.length ?? 0) <= rules.maxSize) return picture
      picture.bytes.fill(0)
      picture.still?.fill(0)
    }
    return 'image_too_large'
  } catch (error) {
    // libvips throws only because of what it read. Its message may quote the file, so it is dropped.
    if (error instanceof Error) return 'image_invalid'
    throw error
  }
}

const read = (bytes: Buffer, animated: boolean) =>
  sharp(bytes, { animated, failOn: 'warning', limitInputPixels: false })

/** The size of an upright picture, or of one frame of an animation. */
const sizeOf = ({ width, pages = 1, pageHeight, autoOrient }: Metadata): PictureSize =>
  pages > 1 && pageHeight ? { width, height: pageHeight } : autoOrient

/** How a picture is written. */
interface Writing extends PictureSize {
  readonly quality: number
}

async function write(bytes: Buffer, { pages = 1, hasAlpha }: Metadata, writing: Writing): Promise<Picture> {
  const { width, height } = writing
  const still = await read(bytes, false)
    .autoOrient()
    .resize({ width, height, fit: 'fill' })
    .webp({ quality: writing.quality, effort: effort.still })
    .toBuffer()
  const ground = hasAlpha ? await groundFor(still) : null
  if (pages === 1) return { bytes: still, width, height, still: null, ground }
  const moving = await read(bytes, true)
    .resize({ width, height, fit: 'fill' })
    .webp({ quality: writing.quality, effort: effort.animated })
    .toBuffer()
  // Frames that are all the same become one.
  const moves = ((await sharp(moving, { animated: true }).metadata()).pages ?? 1) > 1
  if (!moves) still.fill(0)
  return { bytes: moving, width, height, still: moves ? still : null, ground }
}

/** Whether decoding a picture would take too much, by what its header says. */
function isTooLarge({ width, height, pages = 1, pageHeight = height, channels, depth }: Metadata): boolean {
  const pixels = width * pageHeight
  const decodedBytes = pixels * pages * channels * (sampleSizes[depth] ?? 1)
  return Math.max(width, pageHeight) > longestSide || pixels > mostPixels || decodedBytes > maxDecodedBytes
}
