import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foreignFiles, misnamedPictures } from '../../field/misnamed-pictures.js'
import { pictureTrailers } from '../../field/picture-trailers.js'
import { fieldPicture } from '../../support/images/field-pictures.js'
import { type PictureServer, picturesOf, startPictureServer } from '../../support/images/picture-server.js'
import { phonePhoto, plainPicture } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer()
})
afterAll(() => server.stop())

describe('a file whose name and type say nothing true', () => {
  it.each(misnamedPictures)('is taken by its bytes: %s', async (_what, kind, name, type) => {
    const before = await picturesOf(server.bob, server.chat)
    const sent = await server.send(await plainPicture(kind, { width: 40, height: 30 }), {}, name, server.alice, type)
    expect(sent.status).toBe(303)
    expect(await picturesOf(server.bob, server.chat)).toHaveLength(before.length + 1)
  })

  it.each(foreignFiles)(
    'is refused with what it is, and keeps the draft: %s',
    async (_what, bytes, name, type, words) => {
      const refused = await server.send(bytes, { content: 'My words' }, name, server.alice, type)
      expect(refused.status).toBe(415)
      const page = await refused.text()
      expect(page).toContain(words)
      expect(page).toContain('My words')
    },
  )
})

describe('a file that holds more than its picture, or a little less', () => {
  it.each([
    ['a GIF without its last byte', () => fieldPicture('no-trailer.gif')],
    ['a GIF with a byte behind it', () => fieldPicture('byte-after.gif')],
    ['a JPEG with a line end behind it', () => fieldPicture('newline-after-end.jpg')],
  ])('is sent: %s', async (_what, make) => {
    expect((await server.send(await make())).status).toBe(303)
  })

  it.each(pictureTrailers)('is sent, without what stands behind a photo: %s', async (_what, trailer) => {
    const photo = await phonePhoto({ width: 80, height: 60 })
    expect((await server.send(Buffer.concat([photo, trailer]))).status).toBe(303)
  })
})
