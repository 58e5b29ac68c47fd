import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ApiClient } from '../support/api/api-client.js'
import { newAccount } from '../support/api/new-account.js'
import { openWithBob, startWithTwoClients } from '../support/api/two-clients.js'
import { aliceId, HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'

const users = z.object({ users: z.array(z.object({ id: z.string(), isOnline: z.boolean().nullable() })) })

let server: Awaited<ReturnType<typeof startWithTwoClients>>['server']
let alice: ApiClient
let bob: ApiClient
beforeAll(async () => {
  ;({ server, alice, bob } = await startWithTwoClients())
})
afterAll(() => server.stop())

const register = (username: string) => newAccount(alice, username)

const open = () => openWithBob(alice)

it('opens one room for two people, and none with nobody or oneself', async () => {
  const roomId = await open()
  expect((await bob.post('/chat/rooms', { otherUserId: aliceId })).body.roomId).toBe(roomId)
  for (const otherUserId of [aliceId, 'nobody']) {
    expect((await alice.post('/chat/rooms', { otherUserId })).body.code).toBe('not_found')
  }
  expect((await alice.post('/chat/rooms', { otherUserId: 'x y' })).body.errors).toEqual({ otherUserId: 'id_invalid' })
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

const roomsOf = async (client: ApiClient, query = '') => {
  const { body } = await client.get(`/chat/rooms${query}`)
  return z.object({ hasEarlier: z.boolean(), rooms: z.array(z.looseObject({ id: z.string() })) }).parse(body)
}

describe('the list of chats', () => {
  it('is empty at first, with none before it', async () => {
    expect(await roomsOf((await register('alone')).client)).toEqual({ hasEarlier: false, rooms: [] })
  })

  it('has of each chat the other person, what is unread, and the last message, by whom it is', async () => {
    const [ann, ben] = [await register('rooms-ann'), await register('rooms-ben')]
    const { body } = await ann.client.post('/chat/rooms', { otherUserId: ben.id })
    const id = String(body.roomId)
    const empty = { otherUserOnline: false, unreadCount: 0, vanishedUnseen: 0, lastMessage: null }
    expect((await roomsOf(ann.client)).rooms).toEqual([
      { id, otherUserId: ben.id, otherUsername: 'rooms-ben', ...empty },
    ])
    await ann.client.post(`/chat/rooms/${id}/messages`, { content: 'to ben', nonce: 'n' })
    const lastMessage = { senderId: ann.id, senderUsername: 'rooms-ann', content: 'to ben', status: 'sent' }
    expect((await roomsOf(ben.client)).rooms).toMatchObject([
      { id, otherUserId: ann.id, otherUsername: 'rooms-ann', unreadCount: 1, lastMessage },
    ])
    expect((await roomsOf(ann.client)).rooms).toMatchObject([{ unreadCount: 0, lastMessage }])
  })

  it('tells the sender how far the last message has come at the other, and the other how far at them', async () => {
    const [ann, ben] = [await register('status-ann'), await register('status-ben')]
    const { body } = await ann.client.post('/chat/rooms', { otherUserId: ben.id })
    const { body: sent } = await ann.client.post(`/chat/rooms/${body.roomId}/messages`, { content: 'x', nonce: 'n' })
    const socket = await ProgramSocket.open(server.url, { token: ben.client.token })
    const report = { type: 'message:status', roomId: body.roomId, messageId: sent.messageId, status: 'seen' }
    expect(await socket.ask(report)).toMatchObject({ ok: true })
    for (const { client } of [ann, ben]) {
      expect((await roomsOf(client)).rooms).toMatchObject([{ unreadCount: 0, lastMessage: { status: 'seen' } }])
    }
    expect((await roomsOf(ann.client)).rooms).toMatchObject([{ otherUserOnline: true }])
    socket.close()
  })

  it('gives as many as it is asked for, then those behind them', async () => {
    const me = await register('many-me')
    const others = [await register('many-one'), await register('many-two'), await register('many-three')]
    const ids: string[] = []
    for (const { id } of others) {
      const { body } = await me.client.post('/chat/rooms', { otherUserId: id })
      await me.client.post(`/chat/rooms/${body.roomId}/messages`, { content: 'x', nonce: 'n' })
      ids.unshift(String(body.roomId))
    }
    const read = async (query: string) => {
      const { hasEarlier, rooms } = await roomsOf(me.client, query)
      return [hasEarlier, rooms.map(({ id }) => id)]
    }
    expect(await read('')).toEqual([false, ids])
    expect(await read('?limit=2')).toEqual([true, ids.slice(0, 2)])
    expect(await read(`?before=${ids[0]}`)).toEqual([false, ids.slice(1)])
    expect(await read(`?limit=1&before=${ids[0]}`)).toEqual([true, ids.slice(1, 2)])
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['before=a.b', 'before'],
  ])('refuses ?%s', async (query, field) => {
    const { status, body } = await alice.get(`/chat/rooms?${query}`)
    expect([status, Object.keys(Object(body.errors))]).toEqual([422, [field]])
    expect((await alice.get('/chat/rooms?limit=200')).status).toBe(200)
  })
})

describe('opening a chat', () => {
  it('gives its newest hundred messages with the names of both, and says that there are others', async () => {
    const [ann, ben] = [await register('open-ann'), await register('open-ben')]
    const open = () => ann.client.post('/chat/rooms', { otherUserId: ben.id })
    const { body, status } = await open()
    expect([status, body]).toEqual([200, { roomId: expect.any(String), hasEarlier: false, messages: [] }])
    for (let count = 1; count <= 101; count += 1) {
      const { client } = count === 101 ? ben : ann
      await client.post(`/chat/rooms/${body.roomId}/messages`, { content: `line ${count}`, nonce: `n${count}` })
    }
    const { body: full } = await open()
    const messages = z.array(z.looseObject({ seq: z.number(), senderUsername: z.string() })).parse(full.messages)
    expect([full.roomId, full.hasEarlier]).toEqual([body.roomId, true])
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => 2 + index))
    expect([messages[0]?.senderUsername, messages.at(-1)?.senderUsername]).toEqual(['open-ann', 'open-ben'])
  })

  it('with somebody whom one has blocked is refused', async () => {
    const [ann, ben] = [await register('block-ann'), await register('block-ben')]
    const page = new HttpClient(server.url)
    await page.logIn('block-ann@example.com', 'long enough')
    await page.post(`/people/${ben.id}/block`, {}, '/settings')
    const { status, body } = await ann.client.post('/chat/rooms', { otherUserId: ben.id })
    expect([status, body.code]).toEqual([403, 'blocked'])
  })
})
