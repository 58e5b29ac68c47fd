import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { showLimit } from '#src/api/access.js'
import { RateLimit } from '#src/rate-limit.js'
import { ApiClient } from '../support/api/api-client.js'
import { FakeClock } from '../support/fake-clock.js'
import { bobId, HttpClient } from '../support/http-client.js'
import { serveApp } from '../support/served-app.js'
import { startTestServer } from '../support/test-server.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const friend = 'https://app.example.com'

let server: Awaited<ReturnType<typeof startTestServer>>
let alice: ApiClient
let messages: string
beforeAll(async () => {
  server = await startTestServer({
    RATE_LIMIT_API: '100000',
    RATE_LIMIT_MESSAGES: '1000',
    MESSAGE_MAX_LENGTH: '20000',
    OPERATOR_TOKEN: operatorToken,
    CORS_ORIGIN: friend,
  })
  alice = await ApiClient.connect(server.url, 'alice@example.com')
  messages = `/chat/rooms/${(await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId}/messages`
})
afterAll(() => server.stop())

const refusalOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body.code]

/** A page of somebody who is logged in, with its CSRF token. */
async function page() {
  const client = new HttpClient(server.url)
  await client.logIn('bob@example.com')
  const token = await client.token('/chats')
  const open = async (headers: Record<string, string>) => {
    const body = JSON.stringify({ otherUserId: 'nobody' })
    const all = { 'content-type': 'application/json', ...headers }
    return (await client.request('POST', '/api/chat/rooms', { headers: all, body })).status
  }
  return { client, token, open }
}

describe('a member', () => {
  it('comes in by a token', async () => {
    expect((await alice.get('/auth/me')).status).toBe(200)
  })

  it('comes in by a session to read, without the CSRF token', async () => {
    const { client } = await page()
    expect((await client.get('/api/auth/me')).status).toBe(200)
  })

  it('changes something by a session only with the CSRF token', async () => {
    const { token, open } = await page()
    expect(await open({})).toBe(403)
    expect(await open({ 'csrf-token': token })).toBe(404)
  })

  it('comes in by no session beside a token that is no good, nor from a page of another site', async () => {
    const { token, open } = await page()
    expect(await open({ 'csrf-token': token, authorization: 'Bearer no-good' })).toBe(401)
    expect(await open({ 'csrf-token': token, origin: friend })).toBe(401)
  })

  it('needs no CSRF token beside a token', async () => {
    const { open } = await page()
    expect(await open({ authorization: `Bearer ${alice.token}` })).toBe(404)
  })

  it('is nobody without a token or a session', async () => {
    const answer = await alice.as(null).get('/auth/me')
    expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
    expect(answer.headers.get('ratelimit')).toBeNull()
  })
})

describe('the operator', () => {
  it('comes in where it is let in, and is counted by no limit of members', async () => {
    const answer = await alice.as(operatorToken).get('/chat/stats')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('ratelimit')).toBeNull()
  })

  it('comes in nowhere else', async () => {
    expect(refusalOf(await alice.as(operatorToken).get('/auth/me'))).toEqual([401, 'unauthenticated'])
  })

  it('is nobody with a wrong token', async () => {
    expect((await alice.as(`${operatorToken}x`).get('/chat/stats')).status).toBe(401)
  })
})

describe('a body', () => {
  const send = (body: unknown, headers: Record<string, string> = {}) => alice.post(messages, body, { headers })

  it('is JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await send('{"content":"x","nonce":"t"}', { 'content-type': type })
      expect([type, ...refusalOf(answer)]).toEqual([type, 415, 'unsupported_media_type'])
    }
  })

  it('may be missing, and then lacks what is needed', async () => {
    const { status, body } = await alice.post(messages)
    expect([status, body.errors]).toEqual([422, { nonce: 'required' }])
  })

  it('is an object and no list', async () => {
    expect(refusalOf(await send([]))).toEqual([400, 'bad_request'])
  })

  it('of a form is multipart', async () => {
    expect(refusalOf(await alice.post('/images/upload', { roomId: 'x' }))).toEqual([415, 'unsupported_media_type'])
  })

  it('has room for a message in which every character is escaped, with 65,536 bytes for what is around it', async () => {
    const most = 6 * 20_000 + 65_536
    const ofSize = (bytes: number) => {
      const [before, after] = ['{"nonce":"n","content":"', '"}']
      return `${before}${'x'.repeat(bytes - before.length - after.length)}${after}`
    }
    expect(refusalOf(await send(ofSize(most)))).toEqual([422, 'message_too_long'])
    expect(refusalOf(await send(ofSize(most + 1)))).toEqual([413, 'payload_too_large'])
    const escaped = `{"nonce":"escaped","content":"${'\\u00e9'.repeat(20_000)}"}`
    expect((await send(escaped)).status).toBe(201)
  })

  it('of a guest is short', async () => {
    const answer = await alice.as(null).post('/auth/login', { email: 'x'.repeat(10_000) })
    expect(refusalOf(answer)).toEqual([413, 'payload_too_large'])
  })
})

describe('the limits on requests', () => {
  it('are told with every answer to a member', async () => {
    const { headers } = await alice.get('/auth/me')
    expect(headers.get('ratelimit-policy')).toBe('"api";q=100000;w=1')
    expect(headers.get('ratelimit')).toMatch(/^"api";r=999\d\d;t=[01]$/)
  })

  it('count the API and all that a person asks for, each on its own', async () => {
    const strict = await startTestServer({ RATE_LIMIT_API: '1000', RATE_LIMIT_REQUESTS: '4' })
    try {
      const client = await ApiClient.connect(strict.url, 'alice@example.com')
      const many = (path: string) => Promise.all(Array.from({ length: 12 }, () => client.get(path)))
      const statuses = (await many('/auth/me')).map(({ status }) => status)
      expect(statuses.filter(status => status === 200).length).toBeLessThan(12)
      expect(new Set(statuses)).toEqual(new Set([200, 429]))
      // Pictures are counted by the ten times higher limit on what pages ask for by themselves.
      const light = (await many('/images/none')).map(({ status }) => status)
      expect(new Set(light)).toEqual(new Set([404]))
    } finally {
      await strict.stop()
    }
  })
})

it.each([
  [1001, 't=2'],
  [1000, 't=1'],
  [1, 't=1'],
  [0, 't=0'],
  [-5, 't=0'],
])('a limit that begins anew in %i ms says "%s"', async (resetAfterMs, left) => {
  const limit = new RateLimit({ name: 'things', limit: 7, windowMs: 60_000, longestWaitMs: 0 }, new FakeClock())
  const app = express().get('/', (_request, response) => {
    showLimit(response, limit, { allowed: true, limit: 7, remaining: 3, resetAfterMs, retryAfterMs: 0 })
    response.end()
  })
  const { headers } = await fetch(await serveApp(app))
  expect([headers.get('ratelimit-policy'), headers.get('ratelimit')]).toEqual([
    '"things";q=7;w=60',
    `"things";r=3;${left}`,
  ])
})
