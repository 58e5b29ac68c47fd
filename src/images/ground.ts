import sharp from 'sharp'

/** What a picture that can be seen through may be shown on. The colours are those of src/browser/styles/palettes.css. */
export const pictureGrounds = ['light', 'dark'] as const

export type PictureGround = (typeof pictureGrounds)[number]

/** How bright each ground is, from 0 to 1. Source: WCAG 2.2, "relative luminance". */
const brightness: Readonly<Record<PictureGround, number>> = { light: 1, dark: 0.0073 }
/** The contrast at which what is drawn can be made out. Source: WCAG 2.2, 1.4.11. */
const enough = 3
/** A picture is looked at in this size, in pixels: strokes may become thinner, and keep their colour. */
const side = 128

/** The ground on which most of a picture can be made out: light, unless more of it can be made out on the dark one. */
export async function groundFor(picture: Buffer): Promise<PictureGround> {
  const pixels = await sharp(picture)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer()
  const madeOut = { light: 0, dark: 0 }
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] ?? 0
    const luminance = luminanceOf(pixels, at)
    for (const ground of pictureGrounds)
      madeOut[ground] += alpha * Math.min(enough, contrastOf(luminance, brightness[ground]))
  }
  pixels.fill(0)
  return madeOut.dark > madeOut.light ? 'dark' : 'light'
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
