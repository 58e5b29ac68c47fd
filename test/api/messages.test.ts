// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { newAccount } from '../support/api/new-account.js'
import { openWithBob, startWithTwoClients } from '../support/api/two-clients.js'
import { aliceId, bobId } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startWithTwoClients>>['server']
let alice: ApiClient
let bob: ApiClient
beforeAll(async () => {
  ;({ server, alice, bob } = await startWithTwoClients())
})
afterAll(() => server.stop())

const register = (username: string) => newAccount(alice, username)

const open = () => openWithBob(alice)

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
      replyTo: null,
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

describe('the messages of a chat', () => {
  const windowSchema = z.object({
    version: z.string(),
    hasEarlier: z.boolean(),
    messages: z.array(z.looseObject({ seq: z.number(), senderUsername: z.string(), status: z.string() })),
  })
  let ann: Awaited<ReturnType<typeof register>>
  let ben: Awaited<ReturnType<typeof register>>
  let path: string
  beforeAll(async () => {
    ;[ann, ben] = [await register('window-ann'), await register('window-ben')]
    path = `/chat/rooms/${(await ann.client.post('/chat/rooms', { otherUserId: ben.id })).body.roomId}/messages`
    for (let count = 1; count <= 105; count += 1) {
      await ann.client.post(path, { content: `line ${count}`, nonce: `n${count}` })
    }
  })
  const read = async (query = '') => {
    const { hasEarlier, messages } = windowSchema.parse((await ben.client.get(path + query)).body)
    return [hasEarlier, messages.at(0)?.seq, messages.at(-1)?.seq]
  }

  it.each([
    ['', [true, 6, 105]],
    ['?limit=200', [false, 1, 105]],
    ['?limit=1', [true, 105, 105]],
    ['?before=6', [false, 1, 5]],
    ['?before=50&limit=2', [true, 48, 49]],
    ['?before=1', [false, undefined, undefined]],
  ])('are for "%s" whether there are others before, the first and the last: %j', async (query, expected) => {
    expect(await read(query)).toEqual(expected)
  })

  it.each(['limit=0', 'limit=201', 'before=0', 'before=x', 'before=1.5'])('are refused for ?%s', async query => {
    const { status, body } = await ben.client.get(`${path}?${query}`)
    expect([status, Object.keys(Object(body.errors))]).toEqual([422, [query.split('=')[0]]])
  })

  it('have their version as the ETag too, and none of them with an answer that nothing has changed', async () => {
    const { status, headers, body } = await ben.client.get(path)
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe(`"${body.version}"`)
    const same = await ben.client.get(path, { headers: { 'if-none-match': `"${body.version}"` } })
    expect([same.status, same.headers.get('etag'), same.body]).toEqual([304, `"${body.version}"`, {}])
    const other = await ben.client.get(path, { headers: { 'if-none-match': '"another"' } })
    expect(other.status).toBe(200)
  })

  it('have their own sender’s name, and how far they have come at the one whom they are for', async () => {
    const [last] = windowSchema.parse((await ben.client.get(`${path}?limit=1`)).body).messages
    const socket = await ProgramSocket.open(server.url, { token: ben.client.token })
    const roomId = path.split('/')[3]
    await socket.ask({ type: 'message:status', roomId, messageId: last?.id, status: 'seen' })
    socket.close()
    await ben.client.post(path, { content: 'back', nonce: 'back' })
    for (const { client } of [ann, ben]) {
      const { messages } = windowSchema.parse((await client.get(`${path}?limit=2`)).body)
      expect(messages.map(({ senderUsername, status }) => [senderUsername, status])).toEqual([
        ['window-ann', 'seen'],
        ['window-ben', 'sent'],
      ])
    }
  })
})

it('a message that is sent is answered with its id, its place and its end', async () => {
  const [ann, ben] = [await register('sent-ann'), await register('sent-ben')]
  const { body: room } = await ann.client.post('/chat/rooms', { otherUserId: ben.id })
  const { status, body } = await ann.client.post(`/chat/rooms/${room.roomId}/messages`, { content: 'x', nonce: 'n' })
  expect([status, body]).toEqual([
    201,
    {
      messageId: expect.stringMatching(/^[\w-]+$/),
      seq: 1,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      duplicate: false,
    },
  ])
  expect(Date.parse(String(body.expiresAt)) - Date.parse(String(body.createdAt))).toBe(3_600_000)
})
