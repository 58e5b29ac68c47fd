// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { join as joinAt, logInAgain, memberPassword as password, textOf } from '../../support/accounts/member.js'
import { aliceId, HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_AUTH: '5' })
})
afterAll(() => server.stop())

const join = (zone?: string) => joinAt(server.url, zone)
const logIn = (email: string, secret?: string) => logInAgain(server.url, email, secret)
const isLoggedIn = async (client: HttpClient) => (await client.get('/chats')).status === 200

/** Long before the next heartbeat, at which every socket of a session that is over ends. */
const atOnceMs = 5000

/** The close code of a person's socket for the list of chats. */
function closingOf(client: HttpClient): { opened: Promise<void>; closed: Promise<number> } {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, {
    headers: { cookie: client.cookieHeader, origin: server.url },
  })
  return {
    opened: new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)),
    closed: new Promise(resolve => socket.once('close', resolve)),
  }
}

describe('changing the password', () => {
  it('ends every other session and socket, and lets this one go on', async () => {
    const { client, email } = await join()
    const other = await logIn(email)
    const socket = closingOf(other)
    await socket.opened
    const oldCookies = new Map(client.cookies)
    const fields = { currentPassword: password, newPassword: 'another password' }
    const start = Date.now()
    const answer = await client.post('/settings/password', fields, '/settings/account')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings/account?done=password'])
    expect(await socket.closed).toBe(4401)
    expect(Date.now() - start).toBeLessThan(atOnceMs)
    expect([await isLoggedIn(client), await isLoggedIn(other)]).toEqual([true, false])
    const thief = new HttpClient(server.url)
    for (const [name, value] of oldCookies) thief.cookies.set(name, value)
    expect(await isLoggedIn(thief)).toBe(false)
    expect(await isLoggedIn(await logIn(email))).toBe(false)
    expect(await isLoggedIn(await logIn(email, 'another password'))).toBe(true)
  })

  it('asks for the current one, and says what is wrong where it is', async () => {
    const { client, email } = await join()
    for (const [currentPassword, newPassword, field] of [
      ['not this', 'another password', 'currentPassword'],
      [password, 'short', 'newPassword'],
      ['', 'another password', 'currentPassword'],
    ] as const) {
      const answer = await client.post('/settings/password', { currentPassword, newPassword }, '/settings/account')
      const page = await answer.text()
      expect(answer.status).toBe(422)
      expect(page).toContain('page-title">Error: Account')
      expect(page).toContain(`<a href="#${field}">`)
      expect(page).toMatch(
        new RegExp(`id="${field}"[^>]+aria-invalid="true"[^>]+aria-describedby="[^"]*${field}-error"`),
      )
      expect(page).not.toContain(`value="${newPassword}"`)
    }
    expect(await isLoggedIn(await logIn(email))).toBe(true)
  })

  it('keeps the time zone of the browser', async () => {
    const { client } = await join('Asia/Tokyo')
    const fields = { currentPassword: password, newPassword: 'another password' }
    expect((await client.post('/settings/password', fields, '/settings/account')).status).toBe(303)
    expect(await textOf(client, '/settings')).toContain('time zone is Asia/Tokyo')
  })

  it('cannot be guessed at, here and at the log-in together', async () => {
    const { client, email } = await join()
    const guess = (n: number) =>
      client.post(
        '/settings/password',
        { currentPassword: `guess ${n}`, newPassword: 'another password' },
        '/settings/account',
      )
    for (let n = 0; n < 3; n++) expect((await guess(n)).status).toBe(422)
    for (let n = 0; n < 2; n++) await logIn(email, 'a wrong guess')
    const refused = await guess(9)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const right = { currentPassword: password, newPassword: 'another password' }
    expect((await client.post('/settings/password', right, '/settings/account')).status).toBe(429)
    expect((await client.post('/settings/delete', { password }, '/settings/account')).status).toBe(429)
    expect(await isLoggedIn(client)).toBe(true)
  })
})

it('logs out everywhere', async () => {
  const { client, email } = await join()
  const other = await logIn(email)
  const sockets = [closingOf(client), closingOf(other)]
  await Promise.all(sockets.map(({ opened }) => opened))
  const start = Date.now()
  const answer = await client.post('/settings/sessions', {}, '/settings/account')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?done=everywhere'])
  expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4401, 4401])
  expect(Date.now() - start).toBeLessThan(atOnceMs)
  expect([await isLoggedIn(client), await isLoggedIn(other)]).toEqual([false, false])
  expect(await isLoggedIn(await logIn(email))).toBe(true)
})

describe('deleting the account', () => {
  it('erases its chats at once, tells the other, and frees the name', async () => {
    const { client, name, email } = await join()
    const alice = await logIn('alice@example.com', 'password123')
    const chat = await client.openChat(aliceId)
    await client.post(`${chat}/messages`, { content: 'soon gone', nonce: 'n' }, chat)
    const told = new Promise<string>((resolve, reject) => {
      const url = `${server.url.replace('http', 'ws')}/ws?room=${chat.split('/').at(-1)}`
      const socket = new WebSocket(url, { headers: { cookie: alice.cookieHeader, origin: server.url } })
      socket.once('error', reject)
      socket.on('message', data => {
        if (!data.toString().includes('account')) return
        resolve(data.toString())
        socket.close()
      })
      socket.once('open', async () => {
        const answer = await client.post('/settings/delete', { password }, '/settings/account')
        expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?done=deleted'])
      })
    })
    expect(await told).toContain(`${name} deleted their account`)
    expect((await alice.get(chat)).status).toBe(404)
    expect(await textOf(alice, `/people?q=${name}`)).toContain('No one found')
    expect(await isLoggedIn(client)).toBe(false)
    expect(await isLoggedIn(await logIn(email))).toBe(false)
    expect(await textOf(new HttpClient(server.url), '/login?done=deleted')).toContain(
      'Your account and all your chats have been deleted.',
    )
    const again = await new HttpClient(server.url).post('/register', { username: name, email, password })
    expect(again.status).toBe(303)
  })

  it('asks for the password', async () => {
    const { client } = await join()
    for (const wrong of ['', 'not this']) {
      const answer = await client.post('/settings/delete', { password: wrong }, '/settings/account')
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('<a href="#password">')
    }
    expect(await isLoggedIn(client)).toBe(true)
  })
})

it.each(['/settings/password', '/settings/sessions', '/settings/delete'])(
  'a form of %s that is out of date leads to the page of the account',
  async path => {
    const { client } = await join()
    const answer = await client.post(path, { _csrf: 'stale', password }, '/settings/account')
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('This page is out of date. Nothing was sent; your text is still here.')
    expect(await isLoggedIn(client)).toBe(true)
  },
)

it.each(['/settings/account', '/settings/password', '/settings/sessions', '/settings/delete'])(
  'a stranger who posts to %s goes to the log-in, and from there to the page of the account',
  async path => {
    const answer = await new HttpClient(server.url).request('POST', path)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Fsettings%2Faccount'])
  },
)
