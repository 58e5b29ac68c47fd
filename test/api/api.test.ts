import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeSocket } from '#src/api/asyncapi.js'
import { ApiClient } from '../support/api/api-client.js'
import { startTestServer } from '../support/test-server.js'

const friend = 'https://app.example.com'
const foreign = 'https://evil.example'

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', CORS_ORIGIN: friend })
  alice = await ApiClient.connect(server.url, 'alice@example.com')
})
afterAll(() => server.stop())

it('answers an unknown address, a wrong method and an unreadable address with a problem', async () => {
  expect((await alice.get('/nothing')).body).toMatchObject({ status: 404, code: 'not_found' })
  const wrong = await alice.request('DELETE', '/auth/me')
  expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET, HEAD'])
  expect((await alice.get('/chat/rooms/%ZZ/messages')).body.code).toBe('bad_request')
})

it('answers what it cannot read with a problem', async () => {
  const codeOf = async (body: string, type = 'application/json') => {
    const answer = await alice.post('/auth/login', body, { headers: { 'content-type': type } })
    return [answer.status, answer.body.code]
  }
  expect(await codeOf('{"email":')).toEqual([400, 'bad_request'])
  expect(await codeOf('"text"')).toEqual([400, 'bad_request'])
  expect(await codeOf('[]')).toEqual([400, 'bad_request'])
  expect(await codeOf('null')).toEqual([400, 'bad_request'])
  expect(await codeOf('email=a', 'application/x-www-form-urlencoded')).toEqual([415, 'unsupported_media_type'])
  expect(await codeOf('{}', 'application/json; charset=klingon')).toEqual([415, 'unsupported_media_type'])
  expect(await codeOf(JSON.stringify({ email: 'x'.repeat(200_000) }))).toEqual([413, 'payload_too_large'])
})

it('may be called from the pages of CORS_ORIGIN, with a token and without cookies', async () => {
  const preflight = await fetch(`${server.url}/api/auth/me`, {
    method: 'OPTIONS',
    headers: {
      origin: friend,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(friend)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
  expect(preflight.headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type,If-None-Match')
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST')
  expect(preflight.headers.get('access-control-max-age')).toBe('600')
  expect(preflight.headers.get('access-control-allow-credentials')).toBe(null)
  const answer = await alice.get('/auth/me', { headers: { origin: friend } })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, friend])
  expect(answer.headers.get('access-control-expose-headers')).toContain('RateLimit')
  expect(answer.headers.get('access-control-expose-headers')).toBe(
    'ETag,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id',
  )
})

it('may not be called from any other page', async () => {
  for (const origin of [foreign, 'null', `${friend}.evil.example`, 'http://app.example.com']) {
    const preflight = await fetch(`${server.url}/api/auth/me`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBe(null)
    const answer = await alice.get('/auth/me', { headers: { origin } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null])
  }
})

it('is described on a page that runs no script', async () => {
  const response = await fetch(`${server.url}/api/docs`)
  const html = await response.text()
  expect([response.status, html.includes('<script')]).toEqual([200, false])
  for (const path of Object.keys(alice.description.paths)) expect(html).toContain(`/api${path}`)
  expect(html).toContain('id="rate_limited"')
})

it('is described whole: the table of the contract and nothing else', () => {
  const operations = Object.entries(alice.description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method} ${path}`),
  )
  expect(operations.sort()).toEqual(
    [
      'post /auth/register',
      'post /auth/login',
      'get /auth/me',
      'post /auth/logout',
      'get /users',
      'get /users/search',
      'get /chat/rooms',
      'post /chat/rooms',
      'get /chat/rooms/{roomId}/messages',
      'post /chat/rooms/{roomId}/messages',
      'get /chat/stats',
      'post /images/upload',
      'get /images/{filename}',
    ].sort(),
  )
})

it('has a name for each operation and each of its schemas, by which programs are generated', () => {
  const names = Object.values(alice.description.paths).flatMap(methods =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(names.sort()).toEqual([
    'findPeople',
    'listMessages',
    'listPeople',
    'listRooms',
    'logIn',
    'logOutEverywhere',
    'openRoom',
    'readImage',
    'readOwnAccount',
    'readStats',
    'register',
    'sendMessage',
    'uploadImage',
  ])
  expect(Object.keys(alice.description.components.schemas).sort()).toEqual([
    'Message',
    'OwnAccount',
    'OwnStats',
    'Person',
    'Problem',
    'Room',
    'ServerStats',
    'UploadedImage',
  ])
})

it('describes itself as JSON to anyone, and the same each time', async () => {
  const [first, second] = [await fetch(`${server.url}/api/openapi.json`), await fetch(`${server.url}/api/openapi.json`)]
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(await first.json()).toEqual(await second.json())
})

it('says which refusals each operation may get, beside those of every request', () => {
  const shared = ['bad_request', 'forbidden', 'internal', 'unauthenticated', 'rate_limited']
  const ofBody = ['payload_too_large', 'unsupported_media_type']
  const codes = Object.values(alice.description.paths).flatMap(methods =>
    Object.values(methods).map(({ operationId, responses }) => {
      const named = Object.entries(responses).flatMap(([status, { description }]) =>
        Number(status) < 400 ? [] : [...description.matchAll(/`(\w+)`/g)].map(([, code = '']) => code),
      )
      const own = named.filter(code => ![...shared, ...ofBody].includes(code))
      return [operationId, own.sort()] as const
    }),
  )
  expect(Object.fromEntries(codes)).toEqual({
    register: ['conflict', 'invalid', 'invite_needed', 'registration_closed', 'server_busy', 'storage_failed'],
    logIn: ['account_disabled', 'invalid', 'server_busy'],
    readOwnAccount: [],
    logOutEverywhere: ['storage_failed'],
    listPeople: [],
    findPeople: ['invalid'],
    listRooms: ['invalid'],
    openRoom: ['blocked', 'invalid', 'not_found'],
    listMessages: ['invalid', 'not_found'],
    sendMessage: [
      'image_not_found',
      'invalid',
      'message_empty',
      'message_invalid',
      'message_too_long',
      'not_found',
      'person_full',
      'room_full',
      'server_full',
    ],
    readStats: [],
    uploadImage: [
      'image_description_invalid',
      'image_invalid',
      'image_missing',
      'image_not_alone',
      'image_too_large',
      'image_too_many_pixels',
      'image_unsupported',
      'not_found',
      'person_full',
      'server_busy',
      'server_full',
      'storage_failed',
    ],
    readImage: ['not_found', 'server_busy'],
  })
})

it('has the description of the socket as it is (else: npm run describe)', () => {
  const kept: unknown = JSON.parse(readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8'))
  expect(kept).toEqual(JSON.parse(JSON.stringify(describeSocket())))
})
