import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { shrink } from '#src/browser/shrinking.js'

interface Options {
  readonly maxWidth: number
  readonly maxHeight: number
  readonly quality: number
  readonly mimeType: string
  readonly strict: boolean
  beforeDraw(context: { fillStyle: string; fillRect(...box: number[]): void }, canvas: object): void
  success(blob: Blob): void
  error(error: unknown): void
}

/** How the fake library writes a picture: a blob, or what it fails with. */
const write = vi.hoisted(() => vi.fn<(options: Options) => Blob | Error>())
vi.mock('compressorjs', () => ({
  default: class {
    constructor(_file: File, options: Options) {
      const result = write(options)
      if (result instanceof Error) options.error(result)
      else options.success(result)
    }
  },
}))

const limits = { maxWidth: 100, maxHeight: 50, quality: 0.8 }
const blob = (bytes: number, type: string) => new Blob([new Uint8Array(bytes)], { type })
const photo = new File([new Uint8Array(2_000_000)], 'IMG_0001.jpg', { type: 'image/jpeg' })
const written = () => write.mock.calls.map(([{ mimeType, quality }]) => [mimeType, Number(quality.toFixed(2))])
/** The head of a WebP file in the extended format, with its flags. */
const webp = (flags: number) => {
  const head = new Uint8Array(30)
  head.set(new TextEncoder().encode('RIFF....WEBPVP8X'))
  head[20] = flags
  return new File([head], 'a.webp', { type: 'image/webp' })
}

/** The size of the picture that the fake browser reads; null if it cannot read it. */
let size: { width: number; height: number } | null
beforeEach(() => {
  size = { width: 90, height: 60 }
  vi.stubGlobal(
    'Image',
    class {
      onload = () => {}
      onerror = () => {}
      readonly naturalWidth = size?.width
      readonly naturalHeight = size?.height
      set src(_url: string) {
        queueMicrotask(() => (size ? this.onload() : this.onerror()))
      }
    },
  )
  write.mockReset().mockImplementation(({ mimeType }) => blob(400_000, mimeType))
})

afterEach(() => {
  vi.unstubAllGlobals()
})

it('writes a picture once as WebP within the limits, also where it is small already', async () => {
  const result = await shrink(photo, limits)
  expect([result.type, result.size]).toEqual(['image/webp', 400_000])
  expect(written()).toEqual([['image/webp', 0.8]])
  expect(write.mock.calls[0]?.[0]).toMatchObject({ maxWidth: 75, maxHeight: 50, strict: false })
})

it('leaves a tall screenshot tall enough to be read', async () => {
  size = { width: 1080, height: 14_500 }
  await shrink(photo, { maxWidth: 1280, maxHeight: 1280, quality: 0.8 })
  expect(write.mock.calls[0]?.[0]).toMatchObject({ maxWidth: 698, maxHeight: 9380 })
})

it('writes one that is still large with less quality, up to twice', async () => {
  write.mockImplementation(({ mimeType, quality }) => blob(quality > 0.5 ? 500_001 : 500_000, mimeType))
  expect((await shrink(photo, limits)).size).toBe(500_000)
  expect(written().map(([, quality]) => quality)).toEqual([0.8, 0.6, 0.4])
  write.mockClear().mockImplementation(({ mimeType }) => blob(600_000, mimeType))
  expect((await shrink(photo, limits)).size).toBe(600_000)
  expect(write).toHaveBeenCalledTimes(3)
})

it('writes JPEG where the browser writes no WebP', async () => {
  write.mockImplementation(({ mimeType }) => blob(100, mimeType === 'image/webp' ? 'image/png' : mimeType))
  expect((await shrink(photo, limits)).type).toBe('image/jpeg')
  expect(written()).toEqual([
    ['image/webp', 0.8],
    ['image/jpeg', 0.8],
  ])
})

it('keeps a small drawing as PNG there, since it may be one that can be seen through', async () => {
  write.mockImplementation(({ mimeType }) => blob(100, mimeType === 'image/webp' ? 'image/png' : mimeType))
  const drawing = new File([new Uint8Array(9)], 'a.png', { type: 'image/png' })
  expect((await shrink(drawing, limits)).type).toBe('image/png')
  write.mockImplementation(({ mimeType }) =>
    mimeType === 'image/webp' ? blob(500_001, 'image/png') : blob(100, mimeType),
  )
  expect((await shrink(drawing, limits)).type).toBe('image/jpeg')
})

it('writes a JPEG of what can be seen through on white, and anything else on nothing', async () => {
  const filled: string[] = []
  const context = { fillStyle: '', fillRect: (...box: number[]) => filled.push(`${context.fillStyle} ${box}`) }
  write.mockImplementation(({ mimeType, beforeDraw }) => {
    beforeDraw(context, { width: 9, height: 7 })
    return blob(mimeType === 'image/webp' ? 500_001 : 100, mimeType === 'image/webp' ? 'image/png' : mimeType)
  })
  await shrink(photo, limits)
  expect(written().map(([kind]) => kind)).toEqual(['image/webp', 'image/jpeg'])
  expect(filled).toEqual(['#fff 0,0,9,7'])
})

it('leaves what moves as it is, whatever type the browser gives it', async () => {
  const gif = new File(['GIF89a'], 'a.gif', { type: 'image/gif' })
  const unknown = new File(['GIF87a'], 'a')
  for (const file of [gif, unknown, webp(2), webp(18)]) expect(await shrink(file, limits)).toBe(file)
  expect(write).not.toHaveBeenCalled()
  expect(await shrink(webp(16), limits)).not.toBe(webp(16))
  expect(write).toHaveBeenCalledOnce()
})

it('leaves what the browser cannot read to the server', async () => {
  write.mockReturnValue(new Error('The image could not be decoded'))
  expect(await shrink(photo, limits)).toBe(photo)
  expect(write).toHaveBeenCalledOnce()
  size = null
  expect(await shrink(photo, limits)).toBe(photo)
  expect(write).toHaveBeenCalledOnce()
})
