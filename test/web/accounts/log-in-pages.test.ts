// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

const ended = 'You&#39;re logged out. Log in to continue.'
const demoHint = 'The password for both is password123'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const visitor = () => new HttpClient(server.url)
const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]
const noticeOf = (html: string) => /<p class="notice">([^<]*)</.exec(html)?.[1]
const titleOf = (html: string) => /<title[^>]*>([^<]*)</.exec(html)?.[1]
const nextOf = (html: string) => /name="next" value="([^"]*)"/.exec(html)?.[1]
const right = { email: 'bob@example.com', password: 'password123' }

describe('the page of the log-in', () => {
  it('has no notice, no error, no way back and an empty address when nothing led to it', async () => {
    const answer = await visitor().get('/login')
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect([noticeOf(html), nextOf(html)]).toEqual([undefined, undefined])
    expect(titleOf(html)).toMatch(/^Log in/)
    expect(html).not.toContain('role="alert"')
    expect(html).toContain('value=""')
    expect(html).toContain('href="/register"')
  })

  it('says why one must log in, and keeps the way back in its form and in the link to the registration', async () => {
    const html = await textOf(visitor(), '/login?next=%2Fpeople%3Fq%3Da')
    expect([noticeOf(html), nextOf(html)]).toEqual([ended, '/people?q=a'])
    expect(html).toContain('href="/register?next=%2Fpeople%3Fq%3Da"')
  })

  it.each(['//evil.example/', 'https://evil.example/', '/'])('keeps no way back to %s', async next => {
    const html = await textOf(visitor(), `/login?next=${encodeURIComponent(next)}`)
    expect([noticeOf(html), nextOf(html)]).toEqual([undefined, undefined])
  })

  it('keeps no way back that is given twice', async () => {
    const html = await textOf(visitor(), '/login?next=/chats&next=/settings')
    expect([noticeOf(html), nextOf(html)]).toEqual([undefined, undefined])
  })

  it.each([
    ['deleted', 'Your account and all your chats have been deleted.'],
    ['everywhere', 'You&#39;re logged out everywhere.'],
    ['reset', 'Your password has been changed. Log in with the new one.'],
    ['whatever', undefined],
  ])('says what has been done: %s', async (done, words) => {
    expect(noticeOf(await textOf(visitor(), `/login?done=${done}`))).toBe(words)
  })

  it('says what has been done rather than why one must log in', async () => {
    const html = await textOf(visitor(), '/login?done=reset&next=/chats')
    expect(noticeOf(html)).toBe('Your password has been changed. Log in with the new one.')
  })

  it('sends somebody who is logged in on: to the way back, else to the chats', async () => {
    const client = await newcomer(server.url)
    expect(whereTo(await client.get('/login'))).toEqual([303, '/chats'])
    expect(whereTo(await client.get('/login?next=/settings'))).toEqual([303, '/settings'])
    expect(whereTo(await client.get('/login?next=//evil.example/'))).toEqual([303, '/chats'])
  })

  it('says how long messages live, and whom to ask about a forgotten password; the address has the focus', async () => {
    const html = await textOf(visitor(), '/login')
    expect(html).toContain('Messages disappear after 1 hour, for both of you.')
    expect(html).toContain('Forgot your password? Ask the person who runs this server for a reset link.')
    expect(html).toMatch(/<input id="email"[^>]* autofocus/)
    const refused = await (await visitor().post('/login', { ...right, password: 'wrong wrong' })).text()
    expect(refused.match(/autofocus/g)).toHaveLength(1)
    expect(refused).toMatch(/<h2 id="errors-title"[^>]* autofocus/)
  })

  it('names the demo accounts and their password where they are', async () => {
    const html = await textOf(visitor(), '/login')
    expect(html).toContain(`log in as alice@example.com here and as bob@example.com in a private window. ${demoHint}`)
  })

  it('names no demo accounts where there are none, nor a registration where it is closed', async () => {
    const other = await startTestServer({ DEMO_USERS: 'false', REGISTRATION: 'closed' })
    try {
      const html = await textOf(new HttpClient(other.url), '/login')
      expect(html).not.toContain(demoHint)
      expect(html).not.toContain('/register')
    } finally {
      await other.stop()
    }
  })
})

describe('a log-in', () => {
  it('leads to the chats, and opens them', async () => {
    const client = visitor()
    expect(whereTo(await client.post('/login', right))).toEqual([303, '/chats'])
    expect((await client.get('/chats')).status).toBe(200)
  })

  it('leads back to the page that asked for it', async () => {
    expect(whereTo(await visitor().post('/login', { ...right, next: '/people?q=a' }))).toEqual([303, '/people?q=a'])
  })

  it('leads to the chats rather than to another server', async () => {
    expect(whereTo(await visitor().post('/login', { ...right, next: '//evil.example/' }))).toEqual([303, '/chats'])
  })

  it('has the browser forget what was not sent when the session was ended on purpose, and only then', async () => {
    const saysForget = async (client: HttpClient, path = '/login?next=/chats') =>
      (await textOf(client, path)).includes('data-forget')
    expect(await saysForget(visitor())).toBe(false)
    // A link of somebody else.
    expect(await saysForget(visitor(), '/login?done=deleted')).toBe(false)
    const [here, elsewhere] = [visitor(), visitor()]
    for (const client of [here, elsewhere]) await client.post('/login', right)
    const wrong = await here.post('/login', { ...right, password: 'wrong wrong' }, '/chats')
    expect(await wrong.text()).not.toContain('data-forget')
    await elsewhere.post('/settings/sessions', {}, '/settings')
    expect(await saysForget(here)).toBe(true)
    expect(await saysForget(here, '/register')).toBe(true)
    expect(await saysForget(visitor(), '/register')).toBe(false)
    expect(await saysForget(elsewhere)).toBe(false)
    await here.post('/login', right)
    await here.post('/logout', {}, '/chats')
    expect(await saysForget(here)).toBe(false)
  })

  it('takes the time zone that the browser tells', async () => {
    const client = visitor()
    await client.post('/login', { ...right, zone: 'Asia/Tokyo' })
    expect(await textOf(client, '/settings')).toContain('time zone is Asia/Tokyo')
  })

  it('with a wrong password says so beside the address, and no longer why one must log in', async () => {
    const answer = await visitor().post('/login', { ...right, password: 'wrong wrong', next: '/settings' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(titleOf(html)).toMatch(/^Error: Log in/)
    expect(html).toContain('<p class="error" id="email-error">Wrong email or password</p>')
    expect([noticeOf(html), nextOf(html)]).toEqual([undefined, '/settings'])
    expect(html).toContain('value="bob@example.com"')
    expect(html).toContain('href="/register?next=%2Fsettings"')
    expect(answer.headers.get('retry-after')).toBeNull()
  })

  it('after a wrong password keeps no way to another server', async () => {
    const answer = await visitor().post('/login', { ...right, password: 'wrong wrong', next: '//evil.example/' })
    expect(nextOf(await answer.text())).toBeUndefined()
  })

  it('into an account that is switched off is refused with 403 and in words', async () => {
    const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
    const guarded = await startTestServer({ OPERATOR_TOKEN: token })
    try {
      const headers = { authorization: `Bearer ${token}` }
      await fetch(`${guarded.url}/operator/accounts/bob/disable`, { method: 'POST', headers })
      const answer = await new HttpClient(guarded.url).logIn('bob@example.com')
      const html = await answer.text()
      expect(answer.status).toBe(403)
      expect(html).toContain('This account is disabled.')
      expect(html).not.toContain('Wrong email or password')
    } finally {
      await guarded.stop()
    }
  })

  it('too many times is refused with 429, and says after how many seconds to come back', async () => {
    const strict = await startTestServer({ RATE_LIMIT_AUTH: '1' })
    try {
      const client = new HttpClient(strict.url)
      await client.logIn('bob@example.com', 'wrong wrong')
      const answer = await client.logIn('bob@example.com')
      expect(answer.status).toBe(429)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
      expect(await answer.text()).toMatch(/You&#39;re going too fast\. Wait (5\d|60) seconds and try again\./)
    } finally {
      await strict.stop()
    }
  })

  it('with a stale token says so, and keeps the address and the way back', async () => {
    const answer = await visitor().post('/login', { ...right, next: '/settings', _csrf: 'stale' })
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(html).toContain('This page is out of date. Nothing was sent; your text is still here.')
    expect(titleOf(html)).toMatch(/^Error: Log in/)
    expect([noticeOf(html), nextOf(html)]).toEqual([undefined, '/settings'])
    expect(html).toContain('value="bob@example.com"')
  })

  it('with a stale token keeps no way to another server', async () => {
    const answer = await visitor().post('/login', { ...right, next: '//evil.example/', _csrf: 'stale' })
    expect(nextOf(await answer.text())).toBeUndefined()
  })
})

it('log-ins and registrations are counted by the address that they come from', async () => {
  const strict = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: '1', TRUST_PROXY: '1' })
  try {
    const client = new HttpClient(strict.url)
    const body = new URLSearchParams({
      _csrf: await client.token('/login'),
      email: 'bob@example.com',
      password: 'wrong',
    })
    const statusFrom = async (path: string, address: string) =>
      (await client.request('POST', path, { body, headers: { 'x-forwarded-for': address } })).status
    for (const [index, path] of ['/login', '/register'].entries()) {
      const [first, second] = [`192.0.2.${index + 1}`, `198.51.100.${index + 1}`]
      expect([path, await statusFrom(path, first)]).not.toEqual([path, 429])
      expect([path, await statusFrom(path, second)]).not.toEqual([path, 429])
      expect([path, await statusFrom(path, first)]).toEqual([path, 429])
    }
  } finally {
    await strict.stop()
  }
})

it('logging out leads to the log-in, and the same cookies open nothing any more', async () => {
  const client = await newcomer(server.url)
  const cookies = new Map(client.cookies)
  expect(whereTo(await client.post('/logout', {}, '/chats'))).toEqual([303, '/login'])
  const thief = visitor()
  for (const [name, value] of cookies) thief.cookies.set(name, value)
  expect(whereTo(await thief.get('/chats'))).toEqual([303, '/login?next=%2Fchats'])
})
