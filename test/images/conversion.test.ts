import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { convert, prepareConversions, rehearseConversion } from '#src/images/conversion.js'
import { movingPicture, phonePhoto, plainPicture, pngClaiming } from '../support/images/pictures.js'

const rules = { maxWidth: 100, maxHeight: 80, quality: 80 }

/** The picture that a file became, as its own header tells of it. */
async function convertedOf(bytes: Buffer, with_ = rules) {
  const picture = await convert(bytes, with_)
  if (typeof picture === 'string') throw new Error(picture)
  const { format, pages, orientation, exif } = await sharp(picture.bytes, { animated: true }).metadata()
  return { width: picture.width, height: picture.height, format, pages, orientation, exif }
}

describe('a picture that is converted', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'is a WebP of its own size where that fits, when it was a %s',
    async kind => {
      const picture = await convertedOf(await plainPicture(kind, { width: 60, height: 40 }))
      expect(picture).toMatchObject({ width: 60, height: 40, format: 'webp', exif: undefined })
    },
  )

  it.each([
    [
      { width: 400, height: 100 },
      { width: 100, height: 25 },
    ],
    [
      { width: 100, height: 400 },
      { width: 20, height: 80 },
    ],
    [
      { width: 101, height: 81 },
      { width: 100, height: 80 },
    ],
  ])('fits into both sides, and keeps its shape: %j becomes %j', async (before, after) => {
    expect(await convertedOf(await plainPicture('png', before))).toMatchObject(after)
  })

  it('stands upright, and tells nothing of where it was taken', async () => {
    const photo = await phonePhoto({ width: 40, height: 20 })
    expect(await convertedOf(photo)).toMatchObject({ width: 20, height: 40, orientation: undefined, exif: undefined })
  })

  it('goes on moving, with the size of one of its pictures', async () => {
    expect(await convertedOf(await movingPicture({ width: 200, height: 100 }))).toMatchObject({
      width: 100,
      height: 50,
      pages: 2,
    })
  })

  it('is smaller the lower the quality is', async () => {
    const photo = await phonePhoto({ width: 100, height: 80 })
    const [low, high] = await Promise.all([10, 90].map(quality => convert(photo, { ...rules, quality })))
    if (typeof low === 'string' || typeof high === 'string' || !low || !high) throw new Error('not converted')
    expect(low.bytes.length).toBeLessThan(high.bytes.length)
  })
})

describe('a file that is refused', () => {
  const claims = (width: number, height: number, depth: 8 | 16 = 8, hasAlpha = false) =>
    pngClaiming({ width, height }, { depth, hasAlpha })

  it.each([
    ['no picture', Buffer.from('text'), 'image_unsupported'],
    ['nothing', Buffer.alloc(0), 'image_unsupported'],
    ['the beginning of one', Buffer.from('GIF89a'), 'image_invalid'],
    ['a side of 16,384 pixels', claims(16_384, 1), 'image_too_many_pixels'],
    ['a side of 16,383 pixels, without its pixels', claims(16_383, 1), 'image_invalid'],
    ['more than 50 megapixels', claims(10_000, 5001), 'image_too_many_pixels'],
    ['50 megapixels, without its pixels', claims(10_000, 5000), 'image_invalid'],
    ['256 MiB decoded, without its pixels', claims(8192, 4096, 16, true), 'image_invalid'],
    ['more than 256 MiB decoded', claims(8193, 4096, 16, true), 'image_too_many_pixels'],
  ] as const)('is %s', async (_what, bytes, problem) => {
    expect(await convert(bytes, rules)).toBe(problem)
  })

  it('is a picture with something behind it, or inside it', async () => {
    const png = await plainPicture('png', { width: 9, height: 9 })
    expect(await convert(Buffer.concat([png, Buffer.from('x')]), rules)).toBe('image_invalid')
    const comment = await sharp(png)
      .withMetadata({ exif: { IFD0: { ImageDescription: '<script>' } } })
      .jpeg()
      .toBuffer()
    expect(await convert(comment, rules)).toBe('image_invalid')
  })
})

it('a process that is prepared reads the four kinds, and no other', async () => {
  prepareConversions()
  await rehearseConversion()
  for (const kind of ['jpeg', 'png', 'webp', 'gif'] as const)
    expect(await convert(await plainPicture(kind, { width: 9, height: 9 }), rules)).toMatchObject({ width: 9 })
  await expect(
    sharp(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).toBuffer(),
  ).rejects.toThrow()
  expect(sharp.concurrency()).toBe(1)
  expect(sharp.cache().items).toMatchObject({ max: 0 })
})
