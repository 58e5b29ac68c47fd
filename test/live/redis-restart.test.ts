import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { idOf, newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { startNodeProcesses } from '../support/nodes.js'
import { startRedisServer } from '../support/redis-server.js'

const password = 'long enough 1'

it('a Redis that is restarted comes back empty: pages and programs reconnect, and learn that the chats are gone', {
  timeout: 60_000,
}, async () => {
  const accounts = await startRedisServer(['--appendonly', 'yes'])
  onTestFinished(() => accounts.stop())
  const nodes = await startNodeProcesses({ ACCOUNTS_URL: accounts.url })
  onTestFinished(() => nodes.stop())
  const { ann, ben, annName, benName, chat, room } = await newPair(nodes.hereUrl)
  const benThere = new HttpClient(nodes.thereUrl, ben.cookies)
  const annPage = await LivePage.open(nodes.hereUrl, ann, chat)
  const benPage = await LivePage.open(nodes.thereUrl, benThere, chat)
  const api = await ApiClient.connect(nodes.thereUrl, `${benName}@example.com`, password)
  const program = await ProgramSocket.open(nodes.thereUrl, { token: api.token, room })
  await program.hears('room:joined')
  annPage.say({ type: 'message:send', content: 'before it', nonce: 'r1' })
  await benPage.frame(({ text }) => text.includes('before it'))

  await nodes.redis.stop()
  const again = await startRedisServer(['--port', new URL(nodes.redis.url).port])
  onTestFinished(() => again.stop())
  const viewer = new Redis(again.url)
  onTestFinished(() => viewer.disconnect())
  // Its node may find first that it cannot catch up (1013) or that its session has gone (4401). It connects again after the others.
  for (const page of [annPage, benPage]) expect([1012, 1013, 4401]).toContain(await page.closed)
  expect(await program.closed).toBe(1012)

  for (const [client, name] of [[ann, annName] as const, [benThere, benName] as const]) {
    await client.logIn(`${name}@example.com`, password)
    const list = await (await client.get('/chats')).text()
    expect(list).toContain('restarted')
    expect(list).not.toContain('before it')
    expect((await client.get(chat)).status).toBe(404)
  }
  const next = await ann.openChat(await idOf(ann, benName))
  const annAgain = await LivePage.open(nodes.hereUrl, ann, next)
  const benAgain = await ProgramSocket.open(nodes.thereUrl, { token: api.token, room: next.slice('/chats/'.length) })
  await benAgain.hears('room:joined')
  annAgain.say({ type: 'message:send', content: 'after it', nonce: 'r2' })
  await benAgain.hears('message:new', { content: 'after it' })
  benAgain.close()
})
