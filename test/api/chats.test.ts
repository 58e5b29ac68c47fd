// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

const users = z.object({ users: z.array(z.object({ id: z.string(), isOnline: z.boolean().nullable() })) })

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
let bob: ApiClient
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', RATE_LIMIT_MESSAGES: '1000', MESSAGE_MAX_LENGTH: '100' })
  alice = await ApiClient.connect(server.url, 'alice@example.com')
  bob = await ApiClient.connect(server.url, 'bob@example.com')
})
afterAll(() => server.stop())

async function open(): Promise<string> {
  return String((await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId)
}

/** Registers somebody new. */
async function register(username: string): Promise<{ id: string; client: ApiClient }> {
  const input = { username, email: `${username}@example.com`, password: 'long enough' }
  const { body } = await alice.as(null).post('/auth/register', input)
  const { user, token } = z.object({ user: z.object({ id: z.string() }), token: z.string() }).parse(body)
  return { id: user.id, client: alice.as(token) }
}

it('finds people by 2 letters or more, and shows who is here only of those who have opened a chat with the asker', async () => {
  const { client: stranger } = await register('dora')
  const socket = await ProgramSocket.open(server.url, { token: bob.token })
  const roomId = await open()
  await stranger.post('/chat/rooms', { otherUserId: bobId })
  const seen = async (client: ApiClient) => users.parse((await client.get('/users/search?q=BO')).body).users
  await bob.get(`/chat/rooms/${roomId}/messages`)
  expect(await seen(alice)).toEqual([expect.objectContaining({ id: bobId, isOnline: true })])
  expect(await seen(stranger)).toEqual([{ id: bobId, isOnline: null }])
  const listed = users.parse((await alice.get('/users')).body).users.map(({ id }) => id)
  expect([listed.includes(bobId), listed.includes(aliceId)]).toEqual([true, false])
  for (const query of ['', '?q=', '?q=b', '?q=%20b%20', '?q=bo&q=bob']) {
    expect((await alice.get(`/users/search${query}`)).body.code, query).toBe('invalid')
  }
  socket.close()
})

it('finds whole names alone where the directory is exact', async () => {
  const exact = await startTestServer({ DIRECTORY: 'exact' })
  try {
    const client = await ApiClient.connect(exact.url, 'alice@example.com')
    const count = async (path: string) => users.parse((await client.get(path)).body).users.length
    expect([await count('/users'), await count('/users/search?q=bo'), await count('/users/search?q=bob')]).toEqual([
      0, 0, 1,
    ])
  } finally {
    await exact.stop()
  }
})

it('opens one room for two people, and none with nobody or oneself', async () => {
  const roomId = await open()
  expect((await bob.post('/chat/rooms', { otherUserId: aliceId })).body.roomId).toBe(roomId)
  for (const otherUserId of [aliceId, 'nobody']) {
    expect((await alice.post('/chat/rooms', { otherUserId })).body.code).toBe('not_found')
  }
  expect((await alice.post('/chat/rooms', { otherUserId: 'x y' })).body.errors).toEqual({ otherUserId: 'id_invalid' })
})

it('names what is wrong with a field by a key, never in words that may change', async () => {
  const message = { content: 'Hello', nonce: 'n1', imageId: 'i1' }
  const account = { username: 'newcomer', email: 'newcomer@example.com', password: 'long enough 1' }
  const inputs: [string, Record<string, unknown>][] = [
    [`/chat/rooms/${await open()}/messages`, message],
    ['/chat/rooms', { otherUserId: bobId }],
    ['/auth/register', { ...account, invite: '' }],
    ['/auth/login', { email: account.email, password: account.password }],
  ]
  for (const [path, input] of inputs) {
    for (const field of Object.keys(input)) {
      for (const wrong of [null, 1, {}, ['x']]) {
        const { status, body } = await alice.post(path, { ...input, [field]: wrong })
        expect([field, wrong, status]).toEqual([field, wrong, 422])
        expect(body.errors).toEqual({ [field]: expect.stringMatching(/^[a-z]+(_[a-z]+)*$/) })
      }
    }
  }
})

it('sends a message once however often it is sent, and shows it to both', async () => {
  const path = `/chat/rooms/${await open()}/messages`
  const first = await alice.post(path, { content: 'Hello <b>Bob</b>\r\n', nonce: 'n1' })
  const again = await alice.post(path, { content: 'something else', nonce: 'n1' })
  expect([first.status, again.status]).toEqual([201, 200])
  expect(again.body).toEqual({ ...first.body, duplicate: true })
  const shown = await bob.get(path)
  expect(shown.body.messages).toEqual([
    expect.objectContaining({
      id: first.body.messageId,
      seq: 1,
      senderId: aliceId,
      senderUsername: 'alice',
      content: 'Hello <b>Bob</b>\n',
      imageUrl: null,
      imageAlt: null,
      status: 'sent',
    }),
  ])
  const { rooms } = z.object({ rooms: z.array(z.looseObject({})) }).parse((await bob.get('/chat/rooms')).body)
  expect(rooms[0]).toMatchObject({ otherUserId: aliceId, otherUsername: 'alice', unreadCount: 1 })
  expect(rooms[0]?.lastMessage).toEqual(z.array(z.looseObject({})).parse(shown.body.messages)[0])
})

it('says nothing where nothing has changed', async () => {
  const path = `/chat/rooms/${await open()}/messages`
  const etag = (await alice.get(path)).headers.get('etag') ?? ''
  expect((await alice.get(path, { headers: { 'if-none-match': etag } })).status).toBe(304)
  await alice.post(path, { content: 'x', nonce: 'n-etag' })
  expect((await alice.get(path, { headers: { 'if-none-match': etag } })).status).toBe(200)
})

it('refuses a message that is empty, too long, or not text', async () => {
  const path = `/chat/rooms/${await open()}/messages`
  const codeOf = async (body: object) => (await alice.post(path, body)).body.code
  expect(await codeOf({ content: ' \n', nonce: 'a' })).toBe('message_empty')
  expect(await codeOf({ content: '\u200b\u3164', nonce: 'a' })).toBe('message_empty')
  expect(await codeOf({ content: 'x'.repeat(101), nonce: 'a' })).toBe('message_too_long')
  expect(await codeOf({ content: 'a\u0000b', nonce: 'a' })).toBe('message_invalid')
  expect(await codeOf({ content: 'a\ud800', nonce: 'a' })).toBe('message_invalid')
  expect(await codeOf({ content: 5, nonce: 'a' })).toBe('invalid')
  expect(await codeOf({ content: 'x', nonce: 'a b' })).toBe('invalid')
  expect(await codeOf({ content: 'x', nonce: 'a', imageId: 'none' })).toBe('image_not_found')
})

it('shows a stranger the same as for a room that never was', async () => {
  const roomId = await open()
  const { client: stranger } = await register('eve')
  for (const ask of [
    (id: string) => stranger.get(`/chat/rooms/${id}/messages`),
    (id: string) => stranger.post(`/chat/rooms/${id}/messages`, { content: 'x', nonce: 'n' }),
  ]) {
    const [real, none] = [await ask(roomId), await ask('never-was')]
    const { instance: _, ...realBody } = real.body
    const { instance: __, ...noneBody } = none.body
    expect([real.status, realBody]).toEqual([404, noneBody])
  }
})

it('opens a chat without a sign of whether the other is here, and puts it into no list but one’s own', async () => {
  const [opener, other] = [await register('opener'), await register('other')]
  const sockets = await Promise.all(
    [opener, other].map(({ client }) => ProgramSocket.open(server.url, { token: client.token })),
  )
  const [openers, others] = sockets
  if (!openers || !others) return expect.fail()
  const { body } = await opener.client.post('/chat/rooms', { otherUserId: other.id })
  const roomId = String(body.roomId)
  await openers.ask({ type: 'room:join', roomId })
  await openers.ask({ type: 'typing:start', roomId })
  const chatsOf = async ({ client }: typeof opener) =>
    z.object({ rooms: z.array(z.looseObject({})) }).parse((await client.get('/chat/rooms')).body).rooms
  const presence = async () =>
    users.parse((await opener.client.get('/users/search?q=other')).body).users.map(({ isOnline }) => isOnline)
  expect(await presence()).toEqual([null])
  expect(await chatsOf(opener)).toMatchObject([{ id: roomId, otherUserOnline: false }])
  expect(await chatsOf(other)).toEqual([])
  const told = async (socket: ProgramSocket) => (await socket.settled()).filter(({ type }) => type !== 'reply')
  expect([await told(openers), await told(others)]).toEqual([[], []])
  await others.ask({ type: 'room:join', roomId })
  await openers.hears('user:online', { userId: other.id })
  await openers.hears('user:joined', { userId: other.id })
  expect(await presence()).toEqual([true])
  expect(await chatsOf(other)).toMatchObject([{ id: roomId }])
  for (const socket of sockets) socket.close()
})

it('ends a chat that the other was never shown without a word to them', async () => {
  const [opener, other] = [await register('ender'), await register('unaware')]
  const socket = await ProgramSocket.open(server.url, { token: other.client.token })
  const ends = await ProgramSocket.open(server.url, { token: opener.client.token })
  const { body } = await opener.client.post('/chat/rooms', { otherUserId: other.id })
  const page = new HttpClient(server.url)
  await page.logIn('ender@example.com', 'long enough')
  await page.post(`/chats/${body.roomId}/end`, {}, `/chats/${body.roomId}/end`)
  await ends.hears('room:dissolved', { roomId: body.roomId })
  expect((await socket.settled()).filter(({ type }) => type !== 'reply')).toEqual([])
  for (const each of [socket, ends]) each.close()
})

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

it('refuses who holds an eighth of the memory for messages, and nobody else', async () => {
  const small = await startTestServer({
    MAX_MESSAGE_MEMORY_MB: '1',
    RATE_LIMIT_API: '1000',
    RATE_LIMIT_MESSAGES: '1000',
  })
  try {
    const [member, other] = await Promise.all(
      ['alice@example.com', 'bob@example.com'].map(email => ApiClient.connect(small.url, email)),
    )
    if (!member || !other) return expect.fail()
    const { body } = await member.post('/chat/rooms', { otherUserId: bobId })
    const send = (client: ApiClient, nonce: string) =>
      client.post(`/chat/rooms/${body.roomId}/messages`, { content: 'x'.repeat(5000), nonce })
    const fits = Math.floor((1024 * 1024) / 8 / (512 + 2 * 5000))
    for (let index = 0; index < fits; index += 1) expect((await send(member, `n${index}`)).status).toBe(201)
    const refused = await send(member, 'over')
    expect([refused.status, refused.body.code]).toEqual([507, 'person_full'])
    expect((await send(member, 'n0')).status).toBe(200)
    expect((await send(other, 'n0')).status).toBe(201)
  } finally {
    await small.stop()
  }
})

it('refuses sends and requests that come too fast, and says when to come back', async () => {
  const slow = await startTestServer({ RATE_LIMIT_MESSAGES: '1', RATE_LIMIT_API: '4' })
  try {
    const client = await ApiClient.connect(slow.url, 'alice@example.com')
    const { body } = await client.post('/chat/rooms', { otherUserId: bobId })
    const sends = await Promise.all(
      ['a', 'b'].map(nonce => client.post(`/chat/rooms/${body.roomId}/messages`, { content: 'x', nonce })),
    )
    const refused = sends.find(({ status }) => status === 429)
    expect(refused?.body).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) })
    expect(refused?.headers.get('retry-after')).toBe('1')
    const asked = await Promise.all([1, 2, 3, 4, 5, 6].map(() => client.get('/auth/me')))
    const over = asked.find(({ status }) => status === 429)
    expect(over?.headers.get('ratelimit-policy')).toBe('"api";q=4;w=1')
    expect(over?.headers.get('ratelimit')).toMatch(/^"api";r=0;t=[01]$/)
    expect(over?.headers.get('retry-after')).toBe('1')
  } finally {
    await slow.stop()
  }
})
