import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpClient } from '../support/http-client.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ OPERATOR_TOKEN: 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW' })
})
afterAll(() => server.stop())

const visitor = () => new HttpClient(server.url)
async function member(): Promise<HttpClient> {
  const client = visitor()
  await client.logIn('alice@example.com')
  return client
}

describe('the entrance', () => {
  it('leads strangers to the log-in, and members to their chats', async () => {
    const [stranger, alice] = [await visitor().get('/'), await (await member()).get('/')]
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/login'])
    expect([alice.status, alice.headers.get('location')]).toEqual([303, '/chats'])
  })
})

describe('every answer', () => {
  it.each(['/', '/login', '/nowhere', '/health', '/operator/accounts', '/api/openapi.json', '/static/none'])(
    'has the headers of the product and none that names its parts: %s',
    async path => {
      const { headers } = await visitor().get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{16,}$/)
      expect([headers.get('cache-control'), headers.get('x-powered-by'), headers.get('etag')]).toEqual([
        'no-store',
        null,
        null,
      ])
    },
  )

  it('is packed when it is a long page, and as it is when its reader unpacks none', async () => {
    const packed = await visitor().get('/api/docs', { headers: { 'accept-encoding': 'gzip' } })
    const plain = await visitor().get('/api/docs', { headers: { 'accept-encoding': 'identity' } })
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null])
    expect(await packed.text()).toBe(await plain.text())
  })
})

describe('what is not there', () => {
  it('is a page of its own for people', async () => {
    const answer = await visitor().get('/nowhere')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
    expect(await answer.text()).toContain('<h1>Page not found</h1>')
  })

  it('is a problem for programs', async () => {
    const answer = await visitor().get('/api/nowhere')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ])
  })
})

describe('a form that a page of another site posts', () => {
  const headers = { origin: 'https://evil.example' }

  it.each(['/login', '/logout', '/nowhere', '/chats'])(
    'is refused at %s, and not offered to be sent again',
    async path => {
      const alice = await member()
      const body = new URLSearchParams({ _csrf: await alice.token('/chats') })
      const answer = await alice.request('POST', path, { headers, body })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('This was refused because it didn&#39;t come from a page of this site.')
      expect((await alice.get('/chats')).status).toBe(200)
    },
  )
})

it('a form with a stale token is offered to be sent again', async () => {
  const alice = await member()
  const answer = await alice.request('POST', '/logout', { body: new URLSearchParams({ _csrf: 'stale' }) })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<form method="post" action="/logout"')
})

it('a repeated or nested parameter of an address is no object', async () => {
  const answer = await visitor().get('/login?next[a]=/settings&next=/a&next=/b')
  expect(answer.status).toBe(200)
  expect(await answer.text()).not.toContain('name="next"')
})
