import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPicture } from '../../support/images/field-pictures.js'
import { type PictureServer, picturesOf, startPictureServer } from '../../support/images/picture-server.js'
import { phonePhoto, plainPicture } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer()
})
afterAll(() => server.stop())

const heic = Buffer.from('\0\0\0\x24ftypheic\0\0\0\0mif1heicmiaf\0\0\0\0', 'latin1')

describe('a file whose name and type say nothing true', () => {
  it.each([
    ['a PNG without an ending', 'png', 'screenshot', ''],
    ['a JPEG of a web page', 'jpeg', 'photo.jpg_large', ''],
    ['a WebP that is called a JPEG', 'webp', 'IMG_0001.JPG', 'image/jpeg'],
    ['a GIF that is called a program', 'gif', 'setup.exe', 'application/x-msdownload'],
    ['a PNG that is called text', 'png', 'notes.txt', 'text/plain'],
  ] as const)('is taken by its bytes: %s', async (_what, kind, name, type) => {
    const before = await picturesOf(server.bob, server.chat)
    const sent = await server.send(await plainPicture(kind, { width: 40, height: 30 }), {}, name, server.alice, type)
    expect(sent.status).toBe(303)
    expect(await picturesOf(server.bob, server.chat)).toHaveLength(before.length + 1)
  })

  it.each([
    ['a HEIC', heic, 'IMG_0001.HEIC', '', 'HEIC files cannot be sent here'],
    ['a HEIC that is called a JPEG', heic, 'IMG_0001.JPG', 'image/jpeg', 'HEIC files cannot be sent here'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.png', 'image/png', 'SVG files'],
    ['a film', Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1'), 'a.jpg', 'image/jpeg', 'QuickTime files'],
    ['text', Buffer.from('hello'), 'a.png', 'image/png', 'This is not a picture that can be sent'],
  ])('is refused with what it is, and keeps the draft: %s', async (_what, bytes, name, type, words) => {
    const refused = await server.send(bytes, { content: 'My words' }, name, server.alice, type)
    expect(refused.status).toBe(415)
    const page = await refused.text()
    expect(page).toContain(words)
    expect(page).toContain('My words')
    expect(await picturesOf(server.bob, server.chat)).not.toContain('My words')
  })
})

describe('a file that holds more than its picture, or a little less', () => {
  const film = Buffer.from('MotionPhoto_Data\0\0\0\x18ftypmp42\0\0\0\0', 'latin1')
  it.each([
    ['a GIF without its last byte', () => fieldPicture('no-trailer.gif')],
    ['a GIF with a byte behind it', () => fieldPicture('byte-after.gif')],
    ['a JPEG with a line end behind it', () => fieldPicture('newline-after-end.jpg')],
    ['a GIF of 400 frames', () => fieldPicture('long-480x270x400.gif')],
    ['a photo with a film', async () => Buffer.concat([await phonePhoto({ width: 80, height: 60 }), film])],
  ])('is sent: %s', async (_what, make) => {
    expect((await server.send(await make())).status).toBe(303)
  })
})
