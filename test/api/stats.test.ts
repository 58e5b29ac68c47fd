import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { newAccount } from '../support/api/new-account.js'
import { bobId } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', RATE_LIMIT_MESSAGES: '1000', MESSAGE_MAX_LENGTH: '100' })
  alice = await ApiClient.connect(server.url, 'alice@example.com')
})
afterAll(() => server.stop())

const register = (username: string) => newAccount(alice, username)

it('tells a member the figures of their own chats, and nothing of what others write', async () => {
  const [writer, reader, outsider] = [await register('writer'), await register('reader'), await register('outsider')]
  const figures = async ({ client }: typeof writer) => (await client.get('/chat/stats')).body
  const none = { rooms: 0, messages: 0, bytesHeld: 0 }
  expect(await figures(writer)).toEqual(none)
  const { body } = await writer.client.post('/chat/rooms', { otherUserId: reader.id })
  expect([await figures(writer), await figures(reader)]).toEqual([{ ...none, rooms: 1 }, none])
  await writer.client.post(`/chat/rooms/${body.roomId}/messages`, { content: 'counted', nonce: 'n-counted' })
  const own = { rooms: 1, messages: 1, bytesHeld: 512 + 2 * 'counted'.length }
  expect([await figures(writer), await figures(reader), await figures(outsider)]).toEqual([own, own, none])
})

it('tells the server’s figures to its operator alone, and lets nobody guess the token', async () => {
  const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
  const guarded = await startTestServer({ OPERATOR_TOKEN: token, RATE_LIMIT_API: '1000' })
  try {
    const member = await ApiClient.connect(guarded.url, 'alice@example.com')
    const socket = await ProgramSocket.open(guarded.url, { token: member.token })
    const { body } = await member.post('/chat/rooms', { otherUserId: bobId })
    await member.post(`/chat/rooms/${body.roomId}/messages`, { content: 'x', nonce: 'n' })
    expect((await member.as(token).get('/chat/stats')).body).toEqual({
      rooms: 1,
      messages: 1,
      bytesHeld: 514,
      onlineUsers: 1,
      connections: 1,
      expiredMessages: 0,
    })
    expect((await member.as(token).get('/chat/rooms')).status).toBe(401)
    // A token of another server, as after a restart with a new JWT_SECRET.
    const { token: stale } = await ApiClient.connect(server.url, 'alice@example.com')
    const polls: number[] = []
    for (let times = 0; times < 12; times += 1) polls.push((await member.as(stale).get('/chat/stats')).status)
    expect(polls).toEqual(Array(12).fill(401))
    expect((await member.as(token).get('/chat/stats')).status).toBe(200)
    const guesses: number[] = []
    for (let times = 0; times < 11; times += 1) {
      guesses.push((await member.as(`${token}${times}`).get('/chat/stats')).status)
    }
    expect(guesses).toEqual([...Array(10).fill(401), 429])
    expect((await member.get('/chat/stats')).body).toEqual({ rooms: 1, messages: 1, bytesHeld: 514 })
    socket.close()
  } finally {
    await guarded.stop()
  }
})

it('counts for the operator no more than the connections that are open', async () => {
  const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
  const guarded = await startTestServer({ OPERATOR_TOKEN: token, RATE_LIMIT_API: '1000' })
  try {
    const member = await ApiClient.connect(guarded.url, 'alice@example.com')
    const count = async () => (await member.as(token).get('/chat/stats')).body.connections
    expect(await count()).toBe(0)
    const sockets = [
      await ProgramSocket.open(guarded.url, { token: member.token }),
      await ProgramSocket.open(guarded.url, { token: member.token }),
    ]
    expect(await count()).toBe(2)
    for (const socket of sockets) socket.close()
    await expect.poll(count).toBe(0)
  } finally {
    await guarded.stop()
  }
})

it('is refused without a log-in, with the operator’s token where the server has none too', async () => {
  expect((await alice.as(null).get('/chat/stats')).status).toBe(401)
  expect((await alice.as('Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW').get('/chat/stats')).status).toBe(401)
})
