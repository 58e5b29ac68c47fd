import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { bobId } from '../support/http-client.js'
import { phonePhoto } from '../support/images/pictures.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
let bob: ApiClient
let roomId = ''
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', RATE_LIMIT_UPLOADS: '4', RATE_LIMIT_MESSAGES: '100' })
  alice = await ApiClient.connect(server.url, 'alice@example.com')
  bob = await ApiClient.connect(server.url, 'bob@example.com')
  roomId = String((await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId)
})
afterAll(() => server.stop())

function form(bytes: BlobPart, room = roomId, alt = 'A view'): FormData {
  const fields = new FormData()
  fields.set('image', new Blob([bytes]), 'photo.jpg')
  fields.set('roomId', room)
  fields.set('alt', alt)
  return fields
}

it('uploads a picture, sends it with a message, and shows it to the two alone', async () => {
  const uploaded = await alice.post('/images/upload', form(new Uint8Array(await phonePhoto({ width: 80, height: 60 }))))
  expect(uploaded.status).toBe(201)
  const { imageId, imageUrl } = uploaded.body
  const path = `/chat/rooms/${roomId}/messages`
  expect((await alice.post(path, { nonce: 'picture', imageId })).status).toBe(201)
  const { messages } = z.object({ messages: z.array(z.looseObject({})) }).parse((await bob.get(path)).body)
  expect(messages).toEqual([expect.objectContaining({ content: '', imageUrl, imageAlt: 'A view' })])
  const address = String(imageUrl).replace('/api', '')
  for (const client of [alice, bob]) expect((await client.get(address)).status).toBe(200)
  expect((await alice.as(null).get(address)).status).toBe(401)
  const input = { username: 'eve', email: 'eve@example.com', password: 'long enough' }
  const { token } = (await alice.as(null).post('/auth/register', input)).body
  expect((await alice.as(String(token)).get(address)).body.code).toBe('not_found')
})

it('refuses what is no picture, a room of others, another kind of content, and too many', async () => {
  expect((await alice.post('/images/upload', form('no picture'))).body.code).toBe('image_unsupported')
  expect((await alice.post('/images/upload', form('no picture', 'none'))).body.code).toBe('not_found')
  expect((await alice.post('/images/upload', { image: 'x' })).body.code).toBe('unsupported_media_type')
  await alice.post('/images/upload', form('no picture'))
  const refused = await alice.post('/images/upload', form('no picture'))
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
})
