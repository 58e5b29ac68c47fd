import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPicture } from '../../support/images/field-pictures.js'
import { type PictureServer, picturesOf, startPictureServer } from '../../support/images/picture-server.js'
import { longPicture } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer()
})
afterAll(() => server.stop())

describe('a moving picture of 400 small frames is no bomb, though they have 52 megapixels together', () => {
  it.each([
    ['as it was reported', () => fieldPicture('long-480x270x400.gif')],
    ['made here', () => longPicture({ width: 480, height: 270 }, 400)],
  ])('%s', async (_what, make) => {
    expect((await server.send(await make())).status).toBe(303)
    const address = (await picturesOf(server.bob, server.chat)).at(-1) ?? ''
    const bytes = Buffer.from(await (await server.bob.get(address)).arrayBuffer())
    const { width, pageHeight } = await sharp(bytes, { animated: true }).metadata()
    expect([width, pageHeight ?? 270]).toEqual([480, 270])
  })
})
