import sharp from 'sharp'
import { beforeEach, expect, it, vi } from 'vitest'
import { readPicture } from '#src/browser/picture-file.js'
import { kindOf } from '#src/images/image-kind.js'
import { type ChosenFile, unlabelledPictures, unreadableFiles } from '../field/chosen-files.js'

const shrink = vi.hoisted(() => vi.fn<(file: File) => Promise<Blob>>())
vi.mock('#src/browser/shrinking.js', () => ({ shrink }))

const limits = { maxWidth: 100, maxHeight: 50, quality: 0.8 }
const shrunk = new Blob(['shrunk'], { type: 'image/webp' })
const picture = sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })

const fileOf = async ({ content, name, type }: ChosenFile) => {
  const bytes =
    typeof content === 'string' ? Uint8Array.from(await picture.clone().toFormat(content).toBuffer()) : content
  return { bytes: Buffer.from(bytes), file: new File([bytes], name, { type }) }
}

beforeEach(() => {
  shrink.mockReset().mockImplementation(async file => file)
})

it.each(unlabelledPictures)('makes $title small by what it is', async chosen => {
  const { bytes, file } = await fileOf(chosen)
  shrink.mockResolvedValue(shrunk)
  expect(await readPicture(file, limits)).toBe(shrunk)
  const [given] = shrink.mock.lastCall ?? []
  // The animation of a GIF is known by its type; a browser looks for itself what else it reads.
  expect(given?.type).toBe(`image/${kindOf(bytes) ?? 'jpeg'}`)
})

it.each(unlabelledPictures)('leaves $title to the server where only the server can read it', async chosen => {
  const { bytes, file } = await fileOf(chosen)
  const result = await readPicture(file, limits)
  expect(result instanceof Blob).toBe(kindOf(bytes) !== null)
  if (result instanceof Blob) expect(Buffer.from(await result.arrayBuffer())).toEqual(bytes)
})

it.each(unreadableFiles)('says what $title is that neither can read', async ({ format, ...chosen }) => {
  const { file } = await fileOf(chosen)
  expect(await readPicture(file, limits)).toEqual({ format })
})

it('reads a drawing as one, which no bytes at its start tell', async () => {
  shrink.mockResolvedValue(shrunk)
  expect(await readPicture(new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' }), limits)).toBe(shrunk)
  expect(shrink.mock.lastCall?.[0].type).toBe('image/svg+xml')
})

it('names a bitmap that this browser cannot read', async () => {
  const bitmap = unlabelledPictures.find(({ title }) => /bitmap/.test(title)) ?? expect.fail()
  expect(await readPicture((await fileOf(bitmap)).file, limits)).toEqual({ format: 'BMP' })
})

it('takes a folder, or a file that is gone, for no picture', async () => {
  const gone = new File(['x'], 'Pictures')
  vi.spyOn(gone, 'slice').mockReturnValue(
    Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }),
  )
  expect(await readPicture(gone, limits)).toEqual({ format: null })
})
