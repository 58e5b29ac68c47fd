/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** The largest usual picture, in pixels. */
export interface SizeLimits {
  readonly maxWidth: number
  readonly maxHeight: number
}

/** The longest side that any picture may have, in pixels: more than this a WebP cannot have. */
export const longestSide = 16_383
/** A picture whose one side is more than this many times the other is long: a screenshot of a whole page, a panorama. */
const longFrom = 3
/** Width over height, in hundredths, from which on a message limits a picture by its width alone. */
const widestUpright = 112
/** How many times the pixels of the largest usual picture a long one may have. */
const longFactor = 4

/** Whether a picture is so tall or so wide that it could not be read when it is made to fit on both sides. */
export function isLong({ width, height }: PictureSize): boolean {
  return Math.max(width, height) > longFrom * Math.min(width, height)
}

/** Width over height of upright shapes, in hundredths, from wide to narrow. The style sheet has a rule for each. */
const uprightShapes = [100, 80, 75, 66, 56, 46, 33] as const

/** The class of a picture in a message, which is shown whole unless it is long; '' for one that is limited by its width. */
export function shapeOf(size: PictureSize): string {
  const { width, height } = size
  if (isLong(size)) return height > width ? 'tall' : 'wide'
  const share = (100 * width) / height
  const shape = share < widestUpright ? uprightShapes.find(each => each <= share) : undefined
  return shape ? `upright-${shape}` : ''
}

/**
 * The size that a picture is scaled down to, in its own shape; never larger than it is. A long one fits with its short
 * side alone, and its pixels together are limited instead.
 */
export function fittedSize(size: PictureSize, { maxWidth, maxHeight }: SizeLimits): PictureSize {
  const { width, height } = size
  if (!isLong(size)) {
    const scale = Math.min(1, maxWidth / width, maxHeight / height)
    return { width: atLeastOne(Math.round(width * scale)), height: atLeastOne(Math.round(height * scale)) }
  }
  const isTall = height > width
  const shortScale = isTall ? maxWidth / width : maxHeight / height
  const longScale = longestSide / Math.max(width, height)
  const scale = Math.min(1, shortScale, longScale, Math.sqrt((longFactor * maxWidth * maxHeight) / (width * height)))
  // Rounded down, so that the product of both stays within its limit.
  return { width: atLeastOne(Math.floor(width * scale)), height: atLeastOne(Math.floor(height * scale)) }
}

const atLeastOne = (pixels: number) => Math.max(1, pixels)
