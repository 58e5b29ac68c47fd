import { expect, onTestFinished, test } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { bobId } from '../support/http-client.js'
import { startPictureServer } from '../support/images/picture-server.js'
import { noisyPicture, phonePhoto, plainPicture } from '../support/images/pictures.js'

const words = 'Your pictures use all the space one person can have'
/** How many of the smallest pictures are an eighth of 1 MB. */
const share = 32

function formOf(picture: Buffer, room: string): FormData {
  const form = new FormData()
  form.set('roomId', room)
  form.set('image', new Blob([new Uint8Array(picture)]), 'a.png')
  return form
}

test('who holds an eighth of the space for pictures is refused before theirs is converted, keeps what was written, and may send again once some are gone; others go on', async () => {
  const server = await startPictureServer({ MAX_PICTURES_MB: '1', RATE_LIMIT_API: '1000' })
  onTestFinished(() => server.stop())
  const [alice, bob] = await Promise.all(
    ['alice@example.com', 'bob@example.com'].map(email => ApiClient.connect(server.url, email)),
  )
  if (!alice || !bob) return expect.fail()
  const picture = await plainPicture('png', { width: 40, height: 30 })
  // Converting it would say so.
  const broken = picture.subarray(0, -20)
  const upload = async (client: ApiClient, bytes = picture, room = server.chat.slice('/chats/'.length)) => {
    const { status, body } = await client.post('/images/upload', formOf(bytes, room))
    return [status, body.code]
  }

  expect(await upload(alice, broken)).toEqual([422, 'image_invalid'])
  for (let count = 0; count < share; count += 1) expect(await upload(alice)).toEqual([201, undefined])
  expect(await upload(alice, broken)).toEqual([507, 'person_full'])
  expect(await server.sealed()).toHaveLength(share)
  expect(await upload(bob)).toEqual([201, undefined])

  const page = await server.send(picture, { content: 'what I wrote', alt: 'A green field' })
  const html = await page.text()
  expect(page.status).toBe(507)
  for (const part of [words, '>\nwhat I wrote</textarea>', 'value="A green field"']) expect(html).toContain(part)

  const form = formOf(picture, '')
  form.set('_csrf', server.token)
  const bubble = await server.alice.request('POST', `${server.chat}/images`, { body: form })
  expect([bubble.status, await bubble.json()]).toEqual([
    507,
    { message: expect.stringContaining(words), isFinal: false },
  ])

  await server.bob.post(`${server.chat}/end`, {}, server.chat)
  const { roomId } = (await alice.post('/chat/rooms', { otherUserId: bobId })).body
  await expect.poll(() => upload(alice, picture, String(roomId))).toEqual([201, undefined])
})

test('in little space a photo is kept smaller, so that a person who holds none may always send one, or is refused for good', async () => {
  const server = await startPictureServer({ MAX_PICTURES_MB: '1', MAX_IMAGE_SIZE: '20000000' })
  onTestFinished(() => server.stop())
  const alice = await ApiClient.connect(server.url, 'alice@example.com')
  const upload = async (picture: Buffer) =>
    (await alice.post('/images/upload', formOf(picture, server.chat.slice('/chats/'.length)))).body

  expect(await upload(await noisyPicture('gif', { width: 1280, height: 1280 }))).toMatchObject({
    code: 'image_too_large',
  })
  const { size } = await upload(await phonePhoto({ width: 1600, height: 1200 }))
  expect(Number(size)).toBeGreaterThan(16_384)
  // An eighth of 1 MB, but for the block that a still would begin.
  expect(Number(size)).toBeLessThanOrEqual(126_976)
})
