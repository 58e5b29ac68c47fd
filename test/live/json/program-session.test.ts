// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../../support/api/api-client.js'
import { idOf, newPair } from '../../support/crowd.js'
import { aliceId, bobId, HttpClient } from '../../support/http-client.js'
import { type Frame, ProgramSocket } from '../../support/live/program-socket.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let aliceApi: ApiClient
let bobApi: ApiClient
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', RATE_LIMIT_MESSAGES: '50', MESSAGE_TTL_MS: '1000' })
  aliceApi = await ApiClient.connect(server.url, 'alice@example.com')
  bobApi = await ApiClient.connect(server.url, 'bob@example.com')
})
afterAll(() => server.stop())

/** Alice and Bob, each with a program, and their new room. */
async function begin() {
  const { body } = await aliceApi.post('/chat/rooms', { otherUserId: bobId })
  const roomId = String(body.roomId)
  const alice = await ProgramSocket.open(server.url, { token: aliceApi.token })
  const bob = await ProgramSocket.open(server.url, { token: bobApi.token })
  const send = (socket: ProgramSocket, content: string, nonce: string = crypto.randomUUID()) =>
    socket.ask({ type: 'message:send', roomId, content, nonce })
  return { roomId, alice, bob, send, end: () => [alice, bob].forEach(socket => void socket.close()) }
}

/** Who has the room open by a frame, which names them in no order. */
const peopleIn = ({ activeUsers }: Frame) => z.array(z.string()).parse(activeUsers).sort()

it('joins a room and gets its messages, its version and who is there', async () => {
  const { roomId, alice, bob, send, end } = await begin()
  const sent = await send(alice, 'first')
  const joined = await alice.ask({ type: 'room:join', roomId })
  expect(joined).toMatchObject({ ok: true, unchanged: false, activeUsers: [aliceId] })
  expect(joined.messages).toContainEqual(
    expect.objectContaining({ id: sent.messageId, content: 'first', senderUsername: 'alice', status: 'sent' }),
  )
  const again = await alice.ask({ type: 'room:join', roomId, version: joined.version })
  expect(again).toMatchObject({ version: joined.version, unchanged: true, messages: [] })
  expect(peopleIn(await bob.ask({ type: 'room:join', roomId }))).toEqual([aliceId, bobId])
  expect(peopleIn(await alice.hears('user:joined', { roomId, userId: bobId }))).toEqual([aliceId, bobId])
  await bob.ask({ type: 'room:leave', roomId })
  expect(await alice.hears('user:left', { roomId, userId: bobId })).toMatchObject({ activeUsers: [aliceId] })
  end()
})

it('is told right after a join what vanished unseen on both sides, once', async () => {
  const { roomId, alice, bob, send, end } = await begin()
  for (const { messageId } of [await send(alice, 'missed by bob'), await send(bob, 'missed by alice')]) {
    await alice.heard(({ messageIds }) => Array.isArray(messageIds) && messageIds.includes(messageId))
  }
  const late = await ProgramSocket.open(server.url, { token: aliceApi.token })
  expect(await late.ask({ type: 'room:join', roomId })).not.toHaveProperty('vanishedUnseen')
  for (const byUserId of [bobId, aliceId]) {
    expect(await late.hears('messages:vanished', { roomId, byUserId })).toEqual(
      expect.objectContaining({ count: expect.any(Number) }),
    )
  }
  const later = await ProgramSocket.open(server.url, { token: aliceApi.token })
  await later.ask({ type: 'room:join', roomId })
  expect((await later.settled()).map(({ type }) => type)).not.toContain('messages:vanished')
  for (const socket of [late, later]) void socket.close()
  end()
})

it('joins at once the room that the address names', async () => {
  const { ann, ben, annName, benName, room } = await newPair(server.url)
  const [annId, benId] = [await idOf(ben, annName), await idOf(ann, benName)]
  const open = ({ cookieHeader }: HttpClient, init = {}) =>
    ProgramSocket.open(server.url, { headers: { cookie: cookieHeader, origin: server.url }, ...init })
  const bens = await open(ben, { room })
  expect(await bens.hears('room:joined')).toMatchObject({ roomId: room, activeUsers: [benId] })
  const anns = await open(ann)
  await anns.ask({ type: 'room:join', roomId: room })
  await bens.hears('user:joined', { userId: annId })
  anns.close()
  await bens.hears('user:left', { userId: annId })
  bens.close()
})

it('sends, delivers and shows as seen, and sends nothing twice', async () => {
  const { roomId, alice, bob, send, end } = await begin()
  const sent = await send(alice, 'Hello', 'twice')
  expect(sent).toMatchObject({ ok: true, duplicate: false, seq: expect.any(Number) })
  expect(await send(alice, 'Hello', 'twice')).toMatchObject({ messageId: sent.messageId, duplicate: true })
  const expected = { id: sent.messageId, roomId, senderId: aliceId, content: 'Hello', expiresAt: sent.expiresAt }
  // Neither has joined: a message reaches every program of its two people.
  expect(await bob.hears('message:new')).toMatchObject(expected)
  expect(await alice.hears('message:new')).toMatchObject(expected)
  for (const status of ['delivered', 'seen']) {
    expect(await bob.ask({ type: 'message:status', roomId, messageId: sent.messageId, status })).toMatchObject({
      ok: true,
    })
    expect(await alice.hears('message:statusUpdated', { messageId: sent.messageId, status })).toMatchObject({ roomId })
  }
  const count = (await bob.settled()).filter(({ type }) => type === 'message:new').length
  expect(count).toBe(1)
  end()
})

it('takes no status for one’s own message, and lets no status go back', async () => {
  const { roomId, alice, bob, send, end } = await begin()
  const { messageId } = await send(alice, 'mine')
  await alice.ask({ type: 'message:status', roomId, messageId, status: 'seen' })
  await bob.ask({ type: 'message:status', roomId, messageId, status: 'seen' })
  await bob.ask({ type: 'message:status', roomId, messageId, status: 'delivered' })
  const updates = (await alice.settled()).filter(({ type }) => type === 'message:statusUpdated')
  expect(updates.map(({ status }) => status)).toEqual(['seen'])
  end()
})

it('shows typing to the other who has joined, and to nobody else', async () => {
  const { roomId, alice, bob, end } = await begin()
  await bob.ask({ type: 'typing:start', roomId })
  expect((await alice.settled()).some(({ type }) => type === 'typing:indicator')).toBe(false)
  await bob.ask({ type: 'typing:stop', roomId })
  await alice.ask({ type: 'room:join', roomId })
  await bob.ask({ type: 'typing:start', roomId })
  expect(await alice.hears('typing:indicator')).toMatchObject({ roomId, userId: bobId, isTyping: true })
  await bob.ask({ type: 'typing:stop', roomId })
  await alice.hears('typing:indicator', { isTyping: false })
  expect((await bob.settled()).some(({ type }) => type === 'typing:indicator')).toBe(false)
  end()
})

it('tells of messages that are gone', async () => {
  const { roomId, alice, bob, send, end } = await begin()
  const { messageId } = await send(alice, 'soon gone')
  const isGone = ({ type, messageIds }: Frame) =>
    type === 'message:expired' && Array.isArray(messageIds) && messageIds.includes(messageId)
  expect([await alice.heard(isGone), await bob.heard(isGone)]).toMatchObject([{ roomId }, { roomId }])
  end()
})

it('tells who comes and goes to those who share a room with them, and to nobody else', async () => {
  const { alice, end } = await begin()
  const input = { username: 'frida', email: 'frida@example.com', password: 'long enough' }
  const { token, user } = (await aliceApi.as(null).post('/auth/register', input)).body
  const [frida, fridaId] = [aliceApi.as(String(token)), String(Object(user).id)]
  await frida.post('/chat/rooms', { otherUserId: bobId })
  await bobApi.post('/chat/rooms', { otherUserId: fridaId })
  const socket = await ProgramSocket.open(server.url, { token: frida.token })
  await socket.settled()
  const bob = await ProgramSocket.open(server.url, { token: bobApi.token })
  expect((await alice.settled()).filter(({ userId }) => userId === fridaId)).toEqual([])
  await frida.post('/chat/rooms', { otherUserId: aliceId })
  await aliceApi.post('/chat/rooms', { otherUserId: fridaId })
  socket.close()
  const offline = { isOnline: false, lastSeen: expect.any(String) }
  expect(await alice.hears('user:offline', { userId: fridaId })).toMatchObject(offline)
  expect(await bob.hears('user:offline', { userId: fridaId })).toMatchObject(offline)
  const back = await ProgramSocket.open(server.url, { token: frida.token })
  const online = { isOnline: true, lastSeen: null }
  expect(await alice.hears('user:online', { userId: fridaId })).toMatchObject(online)
  back.close()
  bob.close()
  end()
})

it('tells that a room is gone', async () => {
  const { roomId, alice, bob, end } = await begin()
  const page = new HttpClient(server.url)
  await page.logIn('bob@example.com')
  await page.post(`/chats/${roomId}/end`, {}, `/chats/${roomId}/end`)
  expect(await alice.hears('room:dissolved')).toMatchObject({ roomId, reason: 'ended' })
  await bob.hears('room:dissolved', { roomId })
  expect(await alice.ask({ type: 'room:join', roomId })).toMatchObject({ ok: false, code: 'not_found' })
  end()
})

it('answers refusals with the codes of the API, by reply or as an error', async () => {
  const { roomId, alice, send, end } = await begin()
  expect(await send(alice, ' ')).toMatchObject({ ok: false, code: 'message_empty', message: expect.any(String) })
  expect(await send(alice, '\u2060\u202e')).toMatchObject({ ok: false, code: 'message_empty' })
  expect(await send(alice, '\udc00')).toMatchObject({ ok: false, code: 'message_invalid' })
  expect(await send(alice, 'x'.repeat(5001))).toMatchObject({ ok: false, code: 'message_too_long' })
  expect(await alice.ask({ type: 'room:join', roomId: 'none' })).toMatchObject({ ok: false, code: 'not_found' })
  alice.send({ type: 'message:send', roomId, content: '', nonce: 'n' })
  expect(await alice.hears('error')).toMatchObject({ code: 'message_empty' })
  end()
})

it('joins many big rooms at once, each answered as the one before is taken', async () => {
  const big = await startTestServer({ RATE_LIMIT_MESSAGES: '100000', RATE_LIMIT_API: '100000' })
  try {
    const alice = await ApiClient.connect(big.url, 'alice@example.com')
    const rooms: string[] = []
    for (const username of ['first', 'second', 'third']) {
      const input = { username, email: `${username}@example.com`, password: 'long enough' }
      const { token } = (await alice.as(null).post('/auth/register', input)).body
      const other = alice.as(String(token))
      const { roomId } = (await other.post('/chat/rooms', { otherUserId: aliceId })).body
      rooms.push(String(roomId))
      const path = `/chat/rooms/${roomId}/messages`
      // The longest that there are: each room holds more than a system buffers.
      for (let index = 0; index < 100; index += 1)
        await other.post(path, { content: '€'.repeat(5000), nonce: `n${index}` })
    }
    const socket = await ProgramSocket.open(big.url, { token: alice.token })
    const joins = Promise.all(rooms.map(roomId => socket.ask({ type: 'room:join', roomId })))
    const counts = joins.then(answers => answers.map(({ messages }) => Array.isArray(messages) && messages.length))
    // As many as make a mebibyte.
    expect(await Promise.race([counts, socket.closed])).toEqual([69, 69, 69])
    socket.close()
  } finally {
    await big.stop()
  }
})

it('says when to come back after too many sends', async () => {
  const slow = await startTestServer({ RATE_LIMIT_MESSAGES: '1' })
  try {
    const api = await ApiClient.connect(slow.url, 'alice@example.com')
    const { roomId } = (await api.post('/chat/rooms', { otherUserId: bobId })).body
    const socket = await ProgramSocket.open(slow.url, { token: api.token })
    const sends = Array.from({ length: 10 }, (_, index) =>
      socket.ask({ type: 'message:send', roomId, content: 'x', nonce: `n${index}` }),
    )
    const refused = (await Promise.all(sends)).find(({ ok }) => ok === false)
    expect(refused).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) })
    socket.close()
  } finally {
    await slow.stop()
  }
})

it('survives frames that it cannot read, and ends after too many of them', async () => {
  const { alice, end } = await begin()
  const bad = ['no json', '[]', '5', 'null', '{}', '{"type":"nothing"}', '{"type":"room:join"}']
  for (const frame of bad) alice.send(frame)
  alice.send({ type: 'room:leave', roomId: 'x', ref: {} })
  expect(await alice.ask({ type: 'nothing' })).toMatchObject({ ok: false, code: 'bad_request' })
  expect(alice.frames.filter(({ type, code }) => type === 'error' && code === 'bad_request')).toHaveLength(
    bad.length + 1,
  )
  for (let count = 0; count < 20; count++) alice.send('{')
  expect(await alice.closed).toBe(4429)
  end()
})

it('refuses at the handshake whom it does not know, other origins, and rooms of others', async () => {
  const { roomId, end } = await begin()
  const { token } = aliceApi
  const refusal = (init: Parameters<typeof ProgramSocket.refusalOf>[1]) => ProgramSocket.refusalOf(server.url, init)
  expect(await refusal({ token: null })).toBe(401)
  expect(await refusal({ token: `${token}x` })).toBe(401)
  expect(await refusal({ token, headers: { origin: 'https://evil.example' } })).toBe(403)
  expect(await refusal({ token, room: 'none' })).toBe(404)
  expect(await refusal({ token, room: roomId })).toBe(null)
  expect(await refusal({ token, headers: { origin: server.url } })).toBe(null)
  end()
})

it('lets a page’s own script in by its session, and ends with it', async () => {
  const page = new HttpClient(server.url)
  await page.logIn('alice@example.com')
  const headers = { cookie: page.cookieHeader, origin: server.url }
  const socket = await ProgramSocket.open(server.url, { headers })
  await page.post('/logout', {}, '/chats')
  expect(await socket.closed).toBe(4401)
})

it('ends with its token', async () => {
  // Tokens end at a whole second: one of a single second may be over before it is used.
  const brief = await startTestServer({ JWT_EXPIRES_IN: '2s' })
  try {
    const api = await ApiClient.connect(brief.url, 'alice@example.com')
    const socket = await ProgramSocket.open(brief.url, { token: api.token })
    const stop = setInterval(() => socket.send({ type: 'room:leave', roomId: 'x' }), 50)
    expect(await socket.closed).toBe(4401)
    clearInterval(stop)
    expect((await api.get('/auth/me')).status).toBe(401)
  } finally {
    await brief.stop()
  }
})
