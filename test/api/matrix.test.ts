import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AsyncApi } from '#src/api/asyncapi.js'
import { describeSocket } from '#src/api/asyncapi.js'
import { ApiClient } from '../support/api/api-client.js'
import { type Intruder, intruders, jwtSecret, temptingInput } from '../support/api/intruders.js'
import { bobId } from '../support/http-client.js'
import { phonePhoto } from '../support/images/pictures.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

const kinds = [
  'no token',
  'an expired token',
  'a token of another server',
  'another’s token with one’s own name',
  'a stranger to the room',
  'a foreign Origin',
]
const photo = phonePhoto({ width: 64, height: 48 })
const secret = 'what only two may read'

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
let bob: ApiClient
let strangerToken = ''
let roomId = ''
let messageId = ''
let imageUrl = ''
let all: Record<string, Intruder> = {}

beforeAll(async () => {
  server = await startTestServer({ JWT_SECRET: jwtSecret, RATE_LIMIT_API: '100000', RATE_LIMIT_MESSAGES: '1000' })
  alice = await ApiClient.connect(server.url, 'alice@example.com')
  bob = await ApiClient.connect(server.url, 'bob@example.com')
  const input = { username: 'mallory', email: 'mallory@example.com', password: 'long enough' }
  strangerToken = String((await alice.as(null).post('/auth/register', input)).body.token)
  roomId = String((await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId)
  const picture = (await alice.post('/images/upload', await pictureFor(roomId))).body
  imageUrl = String(picture.imageUrl)
  const message = { content: secret, nonce: 'secret', imageId: picture.imageId }
  const sent = await alice.post(`/chat/rooms/${roomId}/messages`, message)
  messageId = String(sent.body.messageId)
  all = await intruders(alice.token ?? '', strangerToken)
})
afterAll(() => server.stop())

async function pictureFor(room: string): Promise<FormData> {
  const form = new FormData()
  form.set('image', new Blob([new Uint8Array(await photo)]), 'photo.jpg')
  form.set('roomId', room)
  return form
}

/** Inputs that would do something if they were accepted. */
const values = () => ({
  roomId,
  messageId,
  otherUserId: bobId,
  content: 'from an intruder',
  nonce: 'intruder',
  email: 'alice@example.com',
  password: 'password123',
  username: 'trudy',
  q: 'bob',
  theirs: 0,
  mine: 0,
})

const intruderOf = (kind: string) => all[kind] ?? expect.fail(kind)
const readRoom = async () => (await alice.get(`/chat/rooms/${roomId}/messages`)).body

/** Checks that nothing has changed in the room, and that nobody is logged out. */
async function unharmed(act: () => Promise<void>): Promise<void> {
  const before = await readRoom()
  await act()
  expect(await readRoom()).toEqual(before)
}

const operations = await (async () => {
  const probe = await startTestServer()
  const { description } = await ApiClient.connect(probe.url)
  await probe.stop()
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
})()

describe.each(operations)('$method $path', ({ path, method, operation }) => {
  const isOpen = operation.security.length === 0
  const isOfRoom = path.includes('{') || operation.operationId === 'uploadImage'

  it.each(kinds)('grants nothing to %s', async kind => {
    const { token, headers, status } = intruderOf(kind)
    const query = operation.parameters
      .filter(parameter => parameter.in === 'query' && parameter.required)
      .map(({ name }) => `${name}=bob`)
    const schema = operation.requestBody?.content['application/json']?.schema
    const target = `${path.replace('{roomId}', roomId).replace('/images/{filename}', imageUrl.slice(4))}?${query.join('&')}`
    const harmless = isOpen && status !== 403 ? {} : temptingInput(schema, values())
    const isUpload = operation.requestBody?.content['multipart/form-data']
    const body = isUpload ? { body: await pictureFor(roomId) } : schema && { body: harmless }
    const isOwnBusiness = kind === 'a stranger to the room' && !isOfRoom
    await unharmed(async () => {
      // The stranger may request what is their own. Logging out would end their tokens.
      if (isOwnBusiness && operation.operationId === 'logOutEverywhere') return
      const answer = await alice.as(token).request(method, target, { headers, ...body })
      if (isOpen) expect(answer.status).toBe(status === 403 ? 403 : 422)
      else if (!isOwnBusiness) expect(answer.status).toBe(status)
      const text = JSON.stringify(answer.body)
      for (const kept of [secret, roomId, messageId, 'alice@example.com', '"token"']) expect(text).not.toContain(kept)
    })
  })
})

const described: AsyncApi = describeSocket()
const programFrames = described.operations.hear.messages.map(({ $ref }) => {
  const frame = described.components.messages[$ref.split('/').at(-1) ?? '']
  return frame ?? expect.fail($ref)
})

describe.each(programFrames)('$name', ({ name, payload }) => {
  it.each(kinds.filter(kind => kind !== 'a stranger to the room'))('cannot be sent with %s', async kind => {
    const { token, headers, status } = intruderOf(kind)
    for (const room of [{}, { room: roomId }]) {
      expect(await ProgramSocket.refusalOf(server.url, { token, headers, ...room })).toBe(status)
    }
  })

  it('grants nothing to a stranger to the room', async () => {
    const stranger = await ProgramSocket.open(server.url, { token: strangerToken })
    await unharmed(async () => {
      const { ref: _, ...frame } = temptingInput(payload, values())
      const reply = await stranger.ask(frame)
      // Leaving a room that one has not joined changes nothing.
      if (name !== 'room:leave') expect(reply).toMatchObject({ ok: false, code: 'not_found' })
      expect(Object.keys(reply)).not.toContain('messages')
    })
    stranger.close()
  })
})

it('tells a stranger nothing of all that happens in a room', async () => {
  const input = { username: 'oscar', email: 'oscar@example.com', password: 'long enough' }
  const token = String((await alice.as(null).post('/auth/register', input)).body.token)
  const [stranger, ...others] = await Promise.all(
    [token, alice.token, bob.token].map(own => ProgramSocket.open(server.url, { token: own })),
  )
  const [a, b] = others
  if (!stranger || !a || !b) return expect.fail()
  expect(await ProgramSocket.refusalOf(server.url, { token, room: roomId })).toBe(404)
  for (const { payload } of programFrames) {
    const { ref: _, ...frame } = temptingInput(payload, values())
    await stranger.ask(frame)
  }
  for (const socket of [a, b]) await socket.ask({ type: 'room:join', roomId })
  await a.ask({ type: 'typing:start', roomId })
  await b.hears('typing:indicator')
  const sent = await a.ask({ type: 'message:send', roomId, content: secret, nonce: 'again' })
  await b.hears('message:new', { id: sent.messageId })
  await b.ask({ type: 'message:status', roomId, messageId: sent.messageId, status: 'seen' })
  await a.hears('message:statusUpdated', { messageId: sent.messageId })
  a.close()
  await b.hears('user:left')
  const heard = await stranger.settled()
  expect(heard.filter(({ type }) => type !== 'reply')).toEqual([])
  expect(JSON.stringify(heard)).not.toContain(secret)
  for (const socket of [stranger, b]) socket.close()
})
