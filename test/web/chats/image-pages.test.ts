import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, newcomer } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { type PictureServer, picturesOf, startPictureServer } from '../../support/images/picture-server.js'
import { plainPicture } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer()
})
afterAll(() => server.stop())

/** Uploads a picture ahead of its message, as a page with a script does; the answer is its id. */
async function upload(client: HttpClient, chat: string): Promise<string> {
  const form = new FormData()
  form.set('_csrf', await client.token(chat))
  form.set('alt', 'Words of the sender')
  form.set('image', new Blob([new Uint8Array(await plainPicture('png', { width: 41, height: 37 }))]), 'a.png')
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
