import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bobId, HttpClient } from '../../support/http-client.js'
import { type PictureServer, picturesOf, startPictureServer } from '../../support/images/picture-server.js'
import { movingPicture, phonePhoto, plainPicture } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer({ MAX_IMAGE_SIZE: '20000000' })
})
afterAll(() => server.stop())

/** Sends a picture and reads it as the other person does. */
async function sendAndFetch(bytes: Buffer, fields: Record<string, string> = {}, fileName?: string) {
  const sent = await server.send(bytes, fields, fileName)
  expect(sent.status).toBe(303)
  const address = (await picturesOf(server.bob, server.chat)).at(-1) ?? ''
  const response = await server.bob.get(address)
  return { address, response, bytes: Buffer.from(await response.arrayBuffer()) }
}

test('a photo reaches the other upright, as WebP of at most 1280 px, with nothing that its maker wrote into it', async () => {
  const photo = await phonePhoto({ width: 4000, height: 3000 }, 'marker-in-the-exif')
  expect(photo.length).toBeGreaterThan(5_000_000)
  const { response, bytes } = await sendAndFetch(photo, { alt: 'Our garden' })
  expect(response.headers.get('content-type')).toBe('image/webp')
  const { format, width, height, exif, icc, xmp, iptc, orientation } = await sharp(bytes).metadata()
  expect([format, width, height]).toEqual(['webp', 960, 1280])
  expect([exif, icc, xmp, iptc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(bytes.includes('marker-in-the-exif')).toBe(false)
})

test('what stands on disk is no picture, and has a name that says nothing', async () => {
  const { bytes } = await sendAndFetch(await plainPicture('png', { width: 300, height: 200 }))
  for (const name of await server.sealed()) {
    expect(name).toMatch(/^[\w-]{22}\.sealed$/)
    const stored = await readFile(join(server.folder, name))
    expect(stored.includes(bytes.subarray(0, 32))).toBe(false)
    await expect(sharp(stored).metadata()).rejects.toThrow()
  }
})

test('it is served to be shown and nothing else, and kept by no cache', async () => {
  const { response } = await sendAndFetch(await plainPicture('jpeg', { width: 30, height: 20 }), {}, '../../evil.html')
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'private, no-store',
    'content-disposition': 'inline; filename="picture.webp"',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
})

test('the page knows its size and description before it is there, and never its file name', async () => {
  await sendAndFetch(await plainPicture('png', { width: 300, height: 200 }), { alt: 'A <green> field' })
  await sendAndFetch(await plainPicture('png', { width: 64, height: 48 }))
  const page = await (await server.bob.get(server.chat)).text()
  expect(page).toMatch(/<img src="[^"]+" width="300" height="200" alt="A &lt;green&gt; field" loading="lazy"/)
  expect(page).toMatch(/width="64" height="48" alt="Image from alice, no description"/i)
  expect(page).not.toContain('holiday')
})

test('beside it a text of nothing visible is no text, and such a description none', async () => {
  const picture = await plainPicture('png', { width: 31, height: 17 })
  await sendAndFetch(picture, { content: '\u200b\u2800', alt: '\u3164' })
  const page = await (await server.bob.get(server.chat)).text()
  const [, last = ''] = /width="31" height="17"([\s\S]*?)<\/article>/.exec(page) ?? []
  expect(last).toMatch(/^ alt="Image from alice, no description"/i)
  expect(last).toMatch(/class="text"[^>]*><\/span>/)
})

test('a moving picture goes on moving', async () => {
  const { bytes } = await sendAndFetch(await movingPicture({ width: 2000, height: 1000 }))
  const { format, pages, width, pageHeight, delay } = await sharp(bytes, { animated: true }).metadata()
  expect({ format, pages, width, pageHeight, delay }).toEqual({
    format: 'webp',
    pages: 2,
    width: 1280,
    pageHeight: 640,
    delay: [200, 300],
  })
})

test('sent again by the same nonce it is the same message, and the second copy goes', async () => {
  const picture = await plainPicture('png', { width: 10, height: 10 })
  await sendAndFetch(picture, { nonce: 'once', content: 'Once' })
  const before = await picturesOf(server.bob, server.chat)
  const stored = await server.sealed()
  expect((await server.send(picture, { nonce: 'once', content: 'Once' })).status).toBe(303)
  expect(await picturesOf(server.bob, server.chat)).toEqual(before)
  await expect.poll(server.sealed).toEqual(stored)
})

test('a text that is refused gives back its draft with the picture, which need not be chosen again', async () => {
  const picture = await plainPicture('png', { width: 10, height: 10 })
  const refused = await server.send(picture, { content: 'x'.repeat(5001), alt: 'A dot' })
  const page = await refused.text()
  expect(refused.status).toBe(422)
  const [, imageId = ''] = /name="imageId" value="([^"]+)"/.exec(page) ?? []
  expect(page).toContain('value="A dot"')
  expect((await server.alice.get(`/images/${imageId}`)).status).toBe(200)
  expect((await server.bob.get(`/images/${imageId}`)).status).toBe(404)
  await server.alice.post(`${server.chat}/messages`, { content: 'Shorter', imageId }, server.chat)
  expect((await picturesOf(server.bob, server.chat)).at(-1)).toBe(`/images/${imageId}`)
  const again = await server.alice.post(`${server.chat}/messages`, { content: 'Twice', imageId }, server.chat)
  expect(again.status).toBe(404)
})

test('nobody else gets it, by any way', async () => {
  const { address } = await sendAndFetch(await plainPicture('png', { width: 10, height: 10 }))
  const eve = new HttpClient(server.url)
  await eve.post('/register', { username: 'eve', email: 'eve@example.com', password: 'password123' })
  expect((await eve.get(address)).status).toBe(404)
  expect((await eve.get('/images/AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404)
  expect((await eve.get('/images/..%2F..%2Fpackage.json')).status).toBe(404)
  expect((await eve.get(`/uploads/${(await server.sealed())[0]}`)).status).toBe(404)
  expect((await new HttpClient(server.url).get(address)).headers.get('location')).toContain('/login')
  const imageId = address.split('/').at(-1) ?? ''
  expect((await eve.post(`${server.chat}/messages`, { content: '', imageId }, '/chats')).status).toBe(404)
  // One that is uploaded and not sent is nobody's to look at, or to send in a chat of one's own.
  const form = new FormData()
  form.set('_csrf', server.token)
  form.set('image', new Blob([new Uint8Array(await plainPicture('png', { width: 10, height: 10 }))]), 'unsent.png')
  const upload = await server.alice.request('POST', `${server.chat}/images`, { body: form })
  const unsent: { imageId: string } = await upload.json()
  const own = await eve.openChat(bobId)
  expect((await eve.get(`/images/${unsent.imageId}`)).status).toBe(404)
  expect((await eve.post(`${own}/messages`, { content: '', imageId: unsent.imageId }, own)).status).toBe(404)
  const leaving = new HttpClient(server.url)
  await leaving.logIn('bob@example.com')
  expect((await leaving.get(address)).status).toBe(200)
  await leaving.post('/logout', {}, '/chats')
  expect((await leaving.get(address)).status).toBe(303)
})
