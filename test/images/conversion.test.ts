// Long because every case of one behaviour stands here.
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { convert, prepareConversions, rehearseConversion } from '#src/images/conversion.js'
import { fieldPicture } from '../support/images/field-pictures.js'
import {
  drawingOf,
  longPicture,
  movingPicture,
  noisyPicture,
  phonePhoto,
  plainPicture,
  pngClaiming,
} from '../support/images/pictures.js'

const rules = { maxWidth: 100, maxHeight: 80, quality: 80, maxSize: 2_097_152 }

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
      { width: 300, height: 100 },
      { width: 100, height: 33 },
    ],
    [
      { width: 100, height: 300 },
      { width: 27, height: 80 },
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

describe('a picture that moves', () => {
  it('has a still of its first frame, in its own size', async () => {
    const picture = await convert(await movingPicture({ width: 200, height: 100 }), rules)
    if (typeof picture === 'string' || !picture.still) return expect.fail('it has no still')
    const still = sharp(picture.still)
    const { format, width, height, pages } = await still.metadata()
    expect([format, width, height, pages]).toEqual(['webp', 100, 50, undefined])
    const { dominant } = await still.stats()
    expect([dominant.r > 200, dominant.b < 50]).toEqual([true, true])
  })

  it('has none when its frames are all the same, nor has any other picture', async () => {
    for (const bytes of [
      await longPicture({ width: 20, height: 10 }, 5),
      await plainPicture('gif', { width: 9, height: 9 }),
    ])
      expect(await convert(bytes, rules)).toMatchObject({ still: null })
  })

  it('passes with 400 frames of 480 x 270, which decode to less than 256 MB', async () => {
    const usual = { ...rules, maxWidth: 1280, maxHeight: 1280 }
    const picture = await convert(await fieldPicture('long-480x270x400.gif'), usual)
    expect(picture).toMatchObject({ width: 480, height: 270, still: expect.any(Buffer) })
  })
})

describe('a picture that is more than three times as long as wide', () => {
  it('may be longer than others, up to four times their pixels', async () => {
    for (const [before, after] of [
      [
        { width: 100, height: 1300 },
        { width: 49, height: 644 },
      ],
      [
        { width: 1300, height: 100 },
        { width: 644, height: 49 },
      ],
      [
        { width: 30, height: 400 },
        { width: 30, height: 400 },
      ],
    ] as const) {
      expect(await convertedOf(await plainPicture('png', before))).toMatchObject(after)
    }
  })

  it('is measured as it stands upright', async () => {
    // A panorama by its pixels, and turned by its metadata.
    const turned = await phonePhoto({ width: 400, height: 30 })
    expect(await convertedOf(turned)).toMatchObject({ width: 30, height: 400 })
  })
})

describe('a picture whose file would be too large', () => {
  it.each(['png', 'gif'] as const)('is written again, worse and then smaller, when it was a %s', async kind => {
    const noise = await noisyPicture(kind, { width: 100, height: 80 })
    const full = await convert(noise, rules)
    if (typeof full === 'string') return expect.fail(full)
    const size = full.bytes.length + (full.still?.length ?? 0)
    const smaller = await convert(noise, { ...rules, maxSize: size - 1 })
    if (typeof smaller === 'string') return expect.fail(smaller)
    expect(smaller.bytes.length + (smaller.still?.length ?? 0)).toBeLessThan(size)
    expect([smaller.width, smaller.height]).toEqual([80, 64])
    const small = await convert(noise, { ...rules, maxSize: smaller.bytes.length - 1 })
    expect(small).toMatchObject({ width: 50, height: 40 })
  })

  it('is refused when it is too large however it is written', async () => {
    const noise = await noisyPicture('png', { width: 100, height: 80 })
    expect(await convert(noise, { ...rules, maxSize: 100 })).toBe('image_too_large')
  })
})

it('a picture that can be seen through says what it is to be shown on, and stays so', async () => {
  const size = { width: 90, height: 60 }
  expect(await convert(await drawingOf(['#000000'], size), rules)).toMatchObject({ ground: 'light' })
  const white = await convert(await drawingOf(['#ffffff'], size), rules)
  expect(white).toMatchObject({ ground: 'dark' })
  if (typeof white === 'string') return expect.fail(white)
  expect((await sharp(white.bytes).stats()).isOpaque).toBe(false)
  expect(await convert(await plainPicture('png', size), rules)).toMatchObject({ ground: null })
})

describe('a file that holds more than its picture, or a little less', () => {
  it.each(['no-trailer.gif', 'byte-after.gif', 'newline-after-end.jpg'])('is taken: %s', async name => {
    expect(await convertedOf(await fieldPicture(name))).toMatchObject({ format: 'webp' })
  })

  it('moves with all its frames though its last byte is missing', async () => {
    expect(await convertedOf(await fieldPicture('no-trailer.gif'))).toMatchObject({ pages: 3 })
  })

  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('leaves nothing behind of what follows a %s', async kind => {
    const plain = await plainPicture(kind, { width: 60, height: 40 })
    const film = Buffer.from('MotionPoto_Data\0\0\0\x18ftypmp42\xff\xd8\xff!,;marker-in-the-trailer', 'latin1')
    const [alone, followed] = [await convert(plain, rules), await convert(Buffer.concat([plain, film]), rules)]
    expect(followed).toEqual(alone)
    expect(typeof followed !== 'string' && followed.bytes.includes('marker')).toBe(false)
  })

  it('is taken when a camera’s trailer stands in place of a JPEG’s last marker', async () => {
    const photo = await phonePhoto({ width: 60, height: 40 })
    const trailer = Buffer.from('\0\0\x01\n\x0e\0\0\0Image_UTC_Data1527172222222SEFHj\0\0\0\x01SEFT', 'latin1')
    expect(await convertedOf(Buffer.concat([photo.subarray(0, -2), trailer]))).toMatchObject({ width: 40, height: 60 })
  })
})

describe('a file that is refused', () => {
  const cutMoving = movingPicture({ width: 40, height: 30 }).then(bytes => bytes.subarray(0, -12))
  const claims = (width: number, height: number, depth: 8 | 16 = 8, hasAlpha = false) =>
    pngClaiming({ width, height }, { depth, hasAlpha })

  it.each([
    ['no picture', Buffer.from('text'), 'image_unsupported'],
    ['nothing', Buffer.alloc(0), 'image_unsupported'],
    ['a moving one that ends within its second frame', cutMoving, 'image_invalid'],
    ['the beginning of one', Buffer.from('GIF89a'), 'image_invalid'],
    ['a side of 16,384 pixels', claims(16_384, 1), 'image_too_many_pixels'],
    ['a side of 16,383 pixels, without its pixels', claims(16_383, 1), 'image_invalid'],
    ['more than 50 megapixels', claims(10_000, 5001), 'image_too_many_pixels'],
    ['50 megapixels, without its pixels', claims(10_000, 5000), 'image_invalid'],
    ['256 MiB decoded, without its pixels', claims(8192, 4096, 16, true), 'image_invalid'],
    ['more than 256 MiB decoded', claims(8193, 4096, 16, true), 'image_too_many_pixels'],
  ] as const)('is %s', async (_what, bytes, problem) => {
    expect(await convert(await bytes, rules)).toBe(problem)
  })

  it('is a picture with a program behind it, or inside it', async () => {
    const png = await plainPicture('png', { width: 9, height: 9 })
    expect(await convert(Buffer.concat([png, Buffer.from('<script>')]), rules)).toBe('image_invalid')
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
