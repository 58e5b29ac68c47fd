import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { aliceId, HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let anyone: ApiClient
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', JWT_EXPIRES_IN: '2h' })
  anyone = await ApiClient.connect(server.url)
})
afterAll(() => server.stop())

it('registers an account, whose token lets it in', async () => {
  const made = await anyone.post('/auth/register', {
    username: 'Carol',
    email: 'carol@example.com',
    password: 'long enough',
  })
  expect([made.status, made.body.user]).toEqual([201, expect.objectContaining({ username: 'Carol' })])
  const remaining = Date.parse(String(made.body.expiresAt)) - Date.now()
  expect(remaining / 3_600_000).toBeCloseTo(2, 1)
  expect((await anyone.as(String(made.body.token)).get('/auth/me')).body).toEqual({ user: made.body.user })
  expect((await anyone.logIn('CAROL@example.com', 'long enough')).body.user).toEqual(made.body.user)
})

it('names every refused field of a registration', async () => {
  const refused = await anyone.post('/auth/register', { username: 'BOB', email: 'no address', password: 'short' })
  expect([refused.status, refused.body.code]).toEqual([422, 'invalid'])
  expect(refused.body.errors).toEqual({ email: 'email_invalid', password: 'password_short' })
  const taken = await anyone.post('/auth/register', {
    username: 'BOB',
    email: 'Bob@example.com',
    password: 'long enough',
  })
  expect(taken.body.errors).toEqual({ username: 'username_taken', email: 'email_taken' })
  const alike = { username: 'aIice', email: 'alike@example.com', password: 'long enough' }
  expect((await anyone.post('/auth/register', alike)).body.errors).toEqual({ username: 'username_too_alike' })
  const reserved = { username: 'Admin', email: 'alike@example.com', password: 'long enough' }
  expect((await anyone.post('/auth/register', reserved)).body.errors).toEqual({ username: 'username_reserved' })
  expect((await anyone.post('/auth/register')).body.errors).toEqual({
    username: 'required',
    email: 'required',
    password: 'required',
  })
})

it('refuses a wrong password and an unknown address alike', async () => {
  for (const email of ['alice@example.com', 'nobody@example.com']) {
    const refused = await anyone.post('/auth/login', { email, password: 'wrong password' })
    expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated'])
  }
})

it('takes a token in the header alone, never out of an address', async () => {
  const alice = await ApiClient.connect(server.url, 'alice@example.com')
  const query = `?token=${alice.token}&access_token=${alice.token}`
  const refused = await anyone.as(null).get(`/auth/me${query}`)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  expect(await ProgramSocket.refusalOf(`${server.url}/ws${query}`, {})).toBe(401)
})

it('ends every token and socket of the account when it logs out, and nobody else’s', async () => {
  const [first, second, bob] = await Promise.all(
    ['alice@example.com', 'alice@example.com', 'bob@example.com'].map(email => ApiClient.connect(server.url, email)),
  )
  if (!first || !second || !bob) return expect.fail()
  const socket = await ProgramSocket.open(server.url, { token: second.token })
  expect((await first.post('/auth/logout')).status).toBe(204)
  expect(await socket.closed).toBe(4401)
  expect(await ProgramSocket.refusalOf(server.url, { token: second.token })).toBe(401)
  for (const client of [first, second]) expect((await client.get('/auth/me')).status).toBe(401)
  expect((await bob.get('/auth/me')).status).toBe(200)
})

it('lets a page in by its session, and asks for the CSRF token to change anything', async () => {
  const page = new HttpClient(server.url)
  await page.logIn('alice@example.com')
  const me = await page.get('/api/auth/me')
  expect([me.status, (await me.json()).user.id]).toEqual([200, aliceId])
  const post = (headers: Record<string, string>) => page.request('POST', '/api/auth/logout', { headers })
  const token = await page.token('/chats')
  expect((await post({})).status).toBe(403)
  expect((await post({ 'csrf-token': `${token}x` })).status).toBe(403)
  expect((await post({ 'csrf-token': token, origin: 'https://evil.example' })).status).toBe(403)
  expect((await post({ 'csrf-token': token })).status).toBe(204)
  expect((await page.get('/api/auth/me')).status).toBe(401)
})

it('looks at no cookie when there is a token', async () => {
  const page = new HttpClient(server.url)
  await page.logIn('alice@example.com')
  const answer = await page.get('/api/auth/me', { headers: { authorization: 'Bearer nonsense' } })
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []])
})

it('looks at no cookie that another site’s page brings, though that may call with a token', async () => {
  const friend = 'https://app.example.com'
  const friendly = await startTestServer({ CORS_ORIGIN: friend })
  try {
    const page = new HttpClient(friendly.url)
    await page.logIn('alice@example.com')
    const headers = { origin: friend, 'csrf-token': await page.token('/chats') }
    const asked = await page.get('/api/auth/me', { headers })
    const posted = await page.request('POST', '/api/auth/logout', { headers })
    expect([asked.status, posted.status]).toEqual([401, 401])
    expect((await page.get('/api/auth/me')).status).toBe(200)
    const token = (await ApiClient.connect(friendly.url, 'alice@example.com')).token
    const called = await fetch(`${friendly.url}/api/auth/me`, {
      headers: { origin: friend, authorization: `Bearer ${token}` },
    })
    expect(called.status).toBe(200)
  } finally {
    await friendly.stop()
  }
})

it('holds programs at the door to the limits of the log-in page', async () => {
  const strict = await startTestServer({ RATE_LIMIT_AUTH: '2', RATE_LIMIT_AUTH_ADDRESS: '6' })
  try {
    const client = await ApiClient.connect(strict.url)
    const tryIn = (email: string) => client.post('/auth/login', { email, password: 'wrong password' })
    const answers = []
    for (let attempt = 0; attempt < 3; attempt++) answers.push(await tryIn('alice@example.com'))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429])
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answers[2]?.headers.get('ratelimit-policy')).toBe('"auth-address";q=6;w=60')
    const page = await new HttpClient(strict.url).logIn('alice@example.com', 'wrong password')
    expect(page.status).toBe(429)
    expect((await tryIn('bob@example.com')).status).toBe(401)
    await tryIn('bob@example.com')
    expect((await tryIn('carol@example.com')).status).toBe(429)
  } finally {
    await strict.stop()
  }
})

it('gives one’s own account with its id, name and address, and nothing else', async () => {
  const alice = await ApiClient.connect(server.url, 'alice@example.com')
  const { status, body } = await alice.get('/auth/me')
  expect([status, body]).toEqual([200, { user: { id: aliceId, username: 'alice', email: 'alice@example.com' } }])
})

it('tells with each log-in and registration how often the address may try', async () => {
  const strict = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: '3' })
  try {
    const client = await ApiClient.connect(strict.url)
    const account = { username: 'limited', email: 'limited@example.com', password: 'long enough' }
    const made = await client.post('/auth/register', account)
    const inside = await client.post('/auth/login', { email: account.email, password: account.password })
    const wrong = await client.post('/auth/login', { email: account.email, password: 'wrong wrong' })
    const over = await client.post('/auth/register', account)
    expect([made, inside, wrong, over].map(({ status }) => status)).toEqual([201, 200, 401, 429])
    const told = [made, inside, wrong, over].map(({ headers }) => headers.get('ratelimit')?.split(';')[1])
    expect(told).toEqual(['r=2', 'r=1', 'r=0', 'r=0'])
  } finally {
    await strict.stop()
  }
})
