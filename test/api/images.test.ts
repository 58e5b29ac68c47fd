import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { bobId } from '../support/http-client.js'
import { plainPicture } from '../support/images/pictures.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
let bob: ApiClient
let eve: ApiClient
let roomId = ''

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', RATE_LIMIT_UPLOADS: '1000' })
  const anyone = await ApiClient.connect(server.url)
  const registered = { username: 'eve', email: 'eve@example.com', password: 'long enough' }
  await anyone.post('/auth/register', registered)
  ;[alice, bob] = await Promise.all([
    ApiClient.connect(server.url, 'alice@example.com'),
    ApiClient.connect(server.url, 'bob@example.com'),
  ])
  eve = anyone.as(String((await anyone.post('/auth/login', registered)).body.token))
  roomId = String((await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId)
})
afterAll(() => server.stop())

/** Uploads a file over the API. */
async function upload(client: ApiClient, bytes: Buffer, room = roomId) {
  const form = new FormData()
  form.set('roomId', room)
  form.set('alt', 'A field')
  form.set('image', new Blob([new Uint8Array(bytes)]), 'a.png')
  const headers = { authorization: `Bearer ${client.token}` }
  const response = await fetch(`${server.url}/api/images/upload`, { method: 'POST', body: form, headers })
  return { status: response.status, body: await response.json() }
}

const fetchAs = (client: ApiClient, address: string) =>
  fetch(`${server.url}${address}`, { headers: { authorization: `Bearer ${client.token}` } })

test('a program uploads a picture, sends it, and both fetch it; nobody else does', async () => {
  const { status, body } = await upload(alice, await plainPicture('png', { width: 300, height: 200 }))
  expect(status).toBe(201)
  expect(body).toEqual({
    imageId: expect.any(String),
    imageUrl: `/api/images/${body.imageId}.webp`,
    width: 300,
    height: 200,
    size: expect.any(Number),
    expiresAt: expect.any(String),
  })
  expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(290_000)
  expect((await fetchAs(bob, body.imageUrl)).status).toBe(404)

  const draft = { content: '', nonce: 'n1', imageId: body.imageId }
  const first = await alice.post(`/chat/rooms/${roomId}/messages`, draft)
  expect(first.status).toBe(201)
  const again = await alice.post(`/chat/rooms/${roomId}/messages`, draft)
  expect(again.body).toMatchObject({ messageId: first.body.messageId, duplicate: true })
  const { body: read } = await bob.get(`/chat/rooms/${roomId}/messages`)
  expect(read.messages).toMatchObject([{ imageUrl: body.imageUrl, imageAlt: 'A field' }])

  const fetched = await fetchAs(bob, body.imageUrl)
  expect([fetched.status, fetched.headers.get('content-type')]).toEqual([200, 'image/webp'])
  expect(fetched.headers.get('cache-control')).toBe('private, no-store')
  expect((await fetched.arrayBuffer()).byteLength).toBe(body.size)
  expect((await fetchAs(eve, body.imageUrl)).status).toBe(404)
  expect((await fetch(`${server.url}${body.imageUrl}?token=${bob.token}`)).status).toBe(401)
})

test('what is refused is a problem with its code', async () => {
  const picture = await plainPicture('png', { width: 9, height: 9 })
  expect(await upload(alice, Buffer.from('<svg/>'))).toMatchObject({ status: 415, body: { code: 'image_unsupported' } })
  expect(await upload(alice, Buffer.alloc(3_000_000))).toMatchObject({ status: 413, body: { code: 'image_too_large' } })
  expect(await upload(alice, picture.subarray(0, 40))).toMatchObject({ status: 422, body: { code: 'image_invalid' } })
  for (const room of ['nowhere', '../../etc', '']) {
    expect(await upload(alice, picture, room)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  expect(await upload(eve, picture)).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test('the alt text and the room may come before or after the file, and the alt text may be missing', async () => {
  const picture = await plainPicture('png', { width: 9, height: 7 })
  const form = new FormData()
  form.set('image', new Blob([new Uint8Array(picture)]), 'a.png')
  form.set('roomId', roomId)
  const { status, body } = await alice.post('/images/upload', form)
  expect([status, body.width, body.height]).toEqual([201, 9, 7])
  await alice.post(`/chat/rooms/${roomId}/messages`, { nonce: 'plain', imageId: body.imageId })
  const { messages } = (await bob.get(`/chat/rooms/${roomId}/messages?limit=1`)).body
  expect(messages).toMatchObject([{ imageUrl: body.imageUrl, imageAlt: '' }])
})

test('a form without a picture is refused, once it is known that the room is one’s own', async () => {
  const form = (room: string) => {
    const made = new FormData()
    made.set('roomId', room)
    return made
  }
  expect((await alice.post('/images/upload', form(roomId))).body).toMatchObject({ status: 422, code: 'image_missing' })
  expect((await alice.post('/images/upload', form('none'))).body).toMatchObject({ status: 404, code: 'not_found' })
})

test('a picture that is not sent lives no longer than five minutes, and is found with .webp or without', async () => {
  const { body } = await upload(alice, await plainPicture('png', { width: 9, height: 9 }))
  const bare = body.imageUrl.replace('.webp', '')
  expect([(await fetchAs(alice, body.imageUrl)).status, (await fetchAs(alice, bare)).status]).toEqual([200, 200])
  for (const wrong of [`${bare}.png`, `${bare}.webp.webp`, '/api/images/.webp', '/api/images/none']) {
    expect([wrong, (await fetchAs(alice, wrong)).status]).toEqual([wrong, 404])
  }
  const remaining = Date.parse(body.expiresAt) - Date.now()
  expect(remaining).toBeLessThanOrEqual(300_500)
})

test('a description is taken up to 16,384 bytes of its field, and refused beyond a thousand characters', async () => {
  const bytes = await plainPicture('png', { width: 9, height: 9 })
  const send = async (alt: string) => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ roomId, alt })) form.set(name, value)
    form.set('image', new Blob([new Uint8Array(bytes)]), 'a.png')
    return (await alice.post('/images/upload', form)).status
  }
  expect([await send('é'.repeat(1000)), await send('é'.repeat(1001))]).toEqual([201, 422])
})
