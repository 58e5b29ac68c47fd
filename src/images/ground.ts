import sharp from 'sharp'
import { type PictureGround, pictureGrounds } from '../chat/picture-ground.js'

/** How bright each ground is, from 0 to 1. Source: WCAG 2.2, "relative luminance". */
const brightness: Readonly<Record<PictureGround, number>> = { light: 1, dark: 0.0073 }
/** The contrast at which what is drawn can be made out. Source: WCAG 2.2, 1.4.11. */
const enough = 3
/** A picture is looked at in this size, in pixels: strokes may become thinner, and keep their colour. */
const side = 128
const opaque = 255

/**
 * The ground from which most of a picture's outline can be told: light, unless more of it can be told from the dark one.
 * What lies within the outline has its contrast in the picture itself.
 */
export async function groundFor(picture: Buffer): Promise<PictureGround> {
  const { data: pixels, info } = await sharp(picture)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const alphaAt = (x: number, y: number) => {
    const isInside = x >= 0 && x < info.width && y >= 0 && y < info.height
    return isInside ? (pixels[4 * (y * info.width + x) + 3] ?? opaque) : opaque
  }
  const toldApart = { light: 0, dark: 0 }
  for (let y = 0; y < info.height; y++)
    for (let x = 0; x < info.width; x++) {
      const alpha = alphaAt(x, y)
      const around = [alphaAt(x - 1, y), alphaAt(x + 1, y), alphaAt(x, y - 1), alphaAt(x, y + 1)]
      const weight = alpha * (opaque - Math.min(alpha, ...around))
      if (weight === 0) continue
      const luminance = luminanceOf(pixels, 4 * (y * info.width + x))
      for (const ground of pictureGrounds)
        toldApart[ground] += weight * Math.min(enough, contrastOf(luminance, brightness[ground]))
    }
  pixels.fill(0)
  return toldApart.dark > toldApart.light ? 'dark' : 'light'
}

function luminanceOf(pixels: Buffer, at: number): number {
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map(offset => {
    const part = (pixels[at + offset] ?? 0) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrastOf(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}
