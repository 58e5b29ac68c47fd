import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiClient } from '../../support/api/api-client.js'
import { openWithBob } from '../../support/api/two-clients.js'
import { ProgramSocket } from '../../support/live/program-socket.js'
import { nodeSettings } from '../../support/nodes.js'
import { type RedisServer, startRedisServer } from '../../support/redis-server.js'
import { startTestServer, type TestServer } from '../../support/test-server.js'

let redis: RedisServer
let server: TestServer
let monitor: Redis
let roomId: string
let alice: ProgramSocket
let bob: ProgramSocket
/** What the node has asked of the engine and of limits, in order. */
const asked: string[] = []

/** What a node asks of the engine by itself all the time. */
const byItself = new Set(['sweep', 'hold'])

beforeAll(async () => {
  redis = await startRedisServer()
  server = await startTestServer(nodeSettings(redis))
  const [aliceApi, bobApi] = [
    await ApiClient.connect(server.url, 'alice@example.com'),
    await ApiClient.connect(server.url, 'bob@example.com'),
  ]
  roomId = await openWithBob(aliceApi)
  alice = await ProgramSocket.open(server.url, { token: aliceApi.token, room: roomId })
  await alice.hears('room:joined')
  bob = await ProgramSocket.open(server.url, { token: bobApi.token, room: roomId })
  await bob.hears('room:joined')
  // With the first message each learns the other's name.
  await alice.ask({ type: 'message:send', roomId, content: 'first', nonce: 'n0' })
  await bob.hears('message:new', { content: 'first' })
  // Only the monitor connects: another client would go on trying after the server has ended.
  monitor = await new Redis(redis.url, { lazyConnect: true }).monitor()
  monitor.on('monitor', (_time: string, words: readonly string[], source: string) => {
    if (source === 'lua') return
    const [, name] = words.map(word => /^\S+ \d+ ([a-z]+)(?: \d+ \d+)?$/.exec(word)).find(Boolean) ?? []
    if (name === undefined && words.some(word => word.startsWith('limit:'))) asked.push('a count alone')
    if (name !== undefined && !byItself.has(name)) asked.push(name)
  })
})
afterAll(async () => {
  monitor.disconnect()
  await server.stop()
  await redis.stop()
})

it('a send is one round trip with the count of it, and each report another', async () => {
  asked.length = 0
  const { messageId } = await alice.ask({ type: 'message:send', roomId, content: 'counted', nonce: 'n1' })
  await expect.poll(() => asked).toEqual(['send'])
  await bob.ask({ type: 'message:status', roomId, messageId, status: 'delivered' })
  await bob.ask({ type: 'message:status', roomId, messageId, status: 'seen' })
  await expect.poll(() => asked).toEqual(['send', 'move', 'move'])
})

it('a note that somebody is typing is one round trip with the count of it', async () => {
  asked.length = 0
  await alice.ask({ type: 'typing:start', roomId })
  await expect.poll(() => asked).toEqual(['typing'])
})
