import { readdir } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../../support/api/api-client.js'
import { bobId } from '../../support/http-client.js'
import { plainPicture } from '../../support/images/pictures.js'
import { ProgramSocket } from '../../support/live/program-socket.js'
import { nodeSettings } from '../../support/nodes.js'
import { startRedisServer } from '../../support/redis-server.js'
import { startOneServer } from '../../support/test-server.js'

/** All that Redis holds, with the names of keys, as text. */
async function readEverything(viewer: Redis): Promise<string> {
  const keys = await viewer.keys('*')
  const dumps = await Promise.all(keys.map(key => viewer.dumpBuffer(key)))
  return [...keys, ...dumps.map(dump => dump?.toString('latin1') ?? '')].join('\n')
}

it('after a message’s time Redis holds no text, description, picture, nonce or id of it, in memory or in its folder', async () => {
  // Else DUMP could compress what is looked for.
  const redis = await startRedisServer(['--rdbcompression', 'no'])
  onTestFinished(() => redis.stop())
  const settings = nodeSettings(redis, { MESSAGE_TTL_MS: '8000', IMAGE_TTL_MS: '8000' })
  const [here, there] = [await startOneServer(settings), await startOneServer(settings)]
  onTestFinished(async () => void (await Promise.all([here.stop(), there.stop()])))
  const viewer = new Redis(redis.url)
  onTestFinished(() => viewer.disconnect())
  const alice = await ApiClient.connect(here.url, 'alice@example.com')
  const bob = await ApiClient.connect(there.url, 'bob@example.com')
  const roomId = String((await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId)
  const program = await ProgramSocket.open(there.url, { token: bob.token, room: roomId })
  await program.hears('room:joined')

  const form = new FormData()
  form.set('roomId', roomId)
  form.set('alt', 'alt-MARKER')
  form.set('image', new Blob([new Uint8Array(await plainPicture('png', { width: 40, height: 30 }))]), 'a.png')
  const { imageId } = z.object({ imageId: z.string() }).parse((await alice.post('/images/upload', form)).body)
  await alice.post(`/chat/rooms/${roomId}/messages`, { content: 'text-MARKER', nonce: 'nonce-MARKER', imageId })
  const { id } = z.object({ id: z.string() }).parse(await program.hears('message:new', { content: 'text-MARKER' }))
  const whileItLives = await readEverything(viewer)
  expect(whileItLives).toContain('text-MARKER')
  expect(whileItLives).toMatch(/^picture-whole:/m)

  await program.hears('message:expired')
  await expect.poll(() => readEverything(viewer), { timeout: 10_000 }).not.toMatch(/^picture-/m)
  const afterwards = await readEverything(viewer)
  for (const trace of ['MARKER', id, imageId]) expect(afterwards).not.toContain(trace)
  expect(afterwards).not.toMatch(/^(texts|order|ends|warns|nonces|events):/m)
  const [, folder = ''] = z.array(z.string()).parse(await viewer.config('GET', 'dir'))
  expect(await readdir(folder)).toEqual([])
  program.close()
})
