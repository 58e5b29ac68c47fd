import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, newcomer } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { type PictureServer, picturesOf, startPictureServer } from '../../support/images/picture-server.js'
import { movingPicture, plainPicture } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer()
})
afterAll(() => server.stop())

/** Uploads a picture ahead of its message, as a page with a script does; the answer is its id. */
async function upload(client: HttpClient, chat: string, picture = plainPicture('png', { width: 41, height: 37 })) {
  const form = new FormData()
  form.set('_csrf', await client.token(chat))
  form.set('alt', 'Words of the sender')
  form.set('image', new Blob([new Uint8Array(await picture)]), 'a.png')
  const answer = await client.request('POST', `${chat}/images`, { body: form })
  const { imageId }: { imageId: string } = await answer.json()
  return imageId
}

/** Posts a form whose text is refused, with the id of a picture; the answer is the page that gives it back. */
async function refusedWith(client: HttpClient, chat: string, imageId: string): Promise<string> {
  const answer = await client.post(`${chat}/messages`, { content: 'x'.repeat(5001), imageId }, chat)
  expect(answer.status).toBe(422)
  return answer.text()
}

it('a picture that is not sent is shown to nobody but its sender, nor is anything of it told to the other', async () => {
  const { alice, bob, chat } = server
  const imageId = await upload(alice, chat)
  expect([(await alice.get(`/images/${imageId}`)).status, (await bob.get(`/images/${imageId}`)).status]).toEqual([
    200, 404,
  ])
  const ours = await refusedWith(alice, chat, imageId)
  expect(ours).toContain(`<img src="/images/${imageId}" width="41" height="37"`)
  const theirs = await refusedWith(bob, chat, imageId)
  expect(theirs).not.toContain(imageId)
  expect(theirs).not.toContain('width="41"')
  expect(theirs).not.toContain('Words of the sender')
  expect((await bob.post(`${chat}/messages`, { content: 'Mine', imageId }, chat)).status).toBe(404)
  expect(await picturesOf(alice, chat)).toEqual([])
})

it('a picture of one’s own is sent in the chat that it was uploaded for, and in no other', async () => {
  const { alice, chat } = server
  const eve = await newcomer(server.url, 'eve')
  const other = await alice.openChat(await idOf(alice, 'eve'))
  const imageId = await upload(alice, chat)
  expect(await refusedWith(alice, other, imageId)).not.toContain(imageId)
  expect((await alice.post(`${other}/messages`, { content: '', imageId }, other)).status).toBe(404)
  expect([await picturesOf(alice, other), await picturesOf(eve, other)]).toEqual([[], []])
  expect((await eve.get(`/images/${imageId}`)).status).toBe(404)
  expect((await alice.post(`${chat}/messages`, { content: '', imageId }, chat)).status).toBe(303)
  expect(await picturesOf(server.bob, chat)).toEqual([`/images/${imageId}`])
})

it('a deleted account leaves none of its pictures: sent, or uploaded and not sent', async () => {
  const carl = await newcomer(server.url, 'carl')
  const chat = await carl.openChat(await idOf(carl, 'bob'))
  const before = await server.sealed()
  const sent = await upload(carl, chat)
  await carl.post(`${chat}/messages`, { content: '', imageId: sent }, chat)
  await upload(carl, chat)
  expect(await server.sealed()).toHaveLength(before.length + 2)
  expect((await carl.post('/settings/delete', { password: 'long enough 1' }, '/settings')).status).toBe(303)
  await expect.poll(server.sealed).toEqual(before)
})

it('a picture that moves has a still, whose every door is the same as that of the picture', async () => {
  const { alice, bob, chat } = server
  const gina = await newcomer(server.url, 'gina')
  const imageId = await upload(alice, chat, movingPicture({ width: 40, height: 30 }))
  const still = `/images/${imageId}/still`
  const statuses = async () => Promise.all([alice, bob, gina].map(async client => (await client.get(still)).status))
  expect(await statuses()).toEqual([200, 404, 404])
  expect(await refusedWith(alice, chat, imageId)).toContain(`<img src="${still}" width="40" height="30"`)
  await alice.post(`${chat}/messages`, { content: '', imageId }, chat)
  expect(await statuses()).toEqual([200, 200, 404])
  const answer = await bob.get(still)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/webp',
    'cache-control': 'private, no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(bytes.length).toBe(Number(answer.headers.get('content-length')))
  expect((await sharp(bytes, { animated: true }).metadata()).pages).toBeUndefined()
  const page = await (await bob.get(chat)).text()
  expect(page).toContain(
    `<source media="(prefers-reduced-motion: reduce), (scripting: none)" srcset="${still}" hx-morph-skip>`,
  )
  await bob.post(`${chat}/end`, {}, chat)
  expect(await statuses()).toEqual([404, 404, 404])
  await expect.poll(server.sealed).toEqual([])
})

it('a picture that does not move is its own still', async () => {
  const { alice } = server
  const chat = await alice.openChat(await idOf(alice, 'bob'))
  const imageId = await upload(alice, chat)
  const read = async (address: string) => Buffer.from(await (await alice.get(address)).arrayBuffer())
  expect(await read(`/images/${imageId}/still`)).toEqual(await read(`/images/${imageId}`))
  expect(await (await alice.get(chat)).text()).not.toContain('<source')
})
