import { randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

/** The size of a test picture, in pixels. */
export interface TestPicture {
  readonly width: number
  readonly height: number
}

/** Soft shapes under fine noise: neither flat nor random, so that it compresses like a photo. */
async function photoPixels({ width, height }: TestPicture) {
  const small = { width: Math.ceil(width / 40), height: Math.ceil(height / 40), channels: 3 } as const
  const shapes = await sharp(randomBytes(small.width * small.height * 3), { raw: small })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer()
  const grain = randomBytes(65_537)
  for (let at = 0; at < shapes.length; at++) {
    shapes[at] = Math.max(0, Math.min(255, (shapes[at] ?? 0) + ((grain[at % grain.length] ?? 0) % 40) - 20))
  }
  return sharp(shapes, { raw: { width, height, channels: 3 } })
}

/** A JPEG as a phone takes it: rotated by 90 degrees, with the place, the maker and `note` in its EXIF data. */
export async function phonePhoto({ width, height }: TestPicture, note = 'note', quality = 92): Promise<Buffer> {
  const photo = await photoPixels({ width, height })
  return photo
    .withExif({
      IFD0: { Make: 'Phone', ImageDescription: note, Orientation: '6' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 3230/100',
        GPSLongitudeRef: 'W',
        GPSLongitude: '0/1 7/1 4366/100',
      },
    })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality })
    .toBuffer()
}

/** A plain picture of one colour. */
export function plainPicture(format: 'jpeg' | 'png' | 'webp' | 'gif', { width, height }: TestPicture): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#3a7' } })
    .toFormat(format)
    .toBuffer()
}

/** A PNG whose header claims a size that its pixel data does not have. */
export function pngClaiming({ width, height }: TestPicture, kind: { depth: 8 | 16; hasAlpha: boolean }): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([kind.depth, kind.hasAlpha ? 6 : 2, 0, 0, 1], 8)
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const bytes = Buffer.alloc(body.length + 8)
    bytes.writeUInt32BE(data.length)
    body.copy(bytes, 4)
    bytes.writeUInt32BE(crc32(body), body.length + 4)
    return bytes
  }
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(100)))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    pixels,
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A GIF of many frames, all the same. */
export async function longPicture(size: TestPicture, frames: number): Promise<Buffer> {
  const one = await plainPicture('gif', size)
  const start = 13 + 3 * 2 ** (((one[10] ?? 0) & 7) + 1)
  const frame = one.subarray(start, -1)
  return Buffer.concat([one.subarray(0, start), ...Array<Buffer>(frames).fill(frame), one.subarray(-1)])
}

/** A GIF of two frames, red and blue. */
export function movingPicture({ width, height }: TestPicture): Promise<Buffer> {
  const frames = ['red', 'blue'].map(background =>
    sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  return Promise.all(frames).then(join =>
    sharp(join, { join: { animated: true } })
      .gif({ delay: [200, 300], loop: 0 })
      .toBuffer(),
  )
}

/** A PNG of bars in the given colours, with nothing between them. */
export function drawingOf(colours: readonly string[], { width, height }: TestPicture): Promise<Buffer> {
  const bar = { width: Math.floor(width / (2 * colours.length + 1)), height: height - 20 }
  return sharp({ create: { width, height, channels: 4, background: '#0000' } })
    .composite(
      colours.map((background, n) => ({
        input: { create: { ...bar, channels: 4 as const, background } },
        left: (2 * n + 1) * bar.width,
        top: 10,
      })),
    )
    .png()
    .toBuffer()
}

/** A picture of nothing but noise, which takes the most bytes; as a GIF, of two frames of it. */
export async function noisyPicture(format: 'png' | 'gif', { width, height }: TestPicture): Promise<Buffer> {
  const noise = () =>
    sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer()
  if (format === 'png') return noise()
  return sharp(await Promise.all([noise(), noise()]), { join: { animated: true } })
    .gif({ delay: [200, 300], loop: 0 })
    .toBuffer()
}
