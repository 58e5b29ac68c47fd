import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let byInvite: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  ;[server, byInvite] = await Promise.all([startTestServer(), startTestServer({ REGISTRATION: 'invite' })])
})
afterAll(() => Promise.all([server.stop(), byInvite.stop()]))

const visitor = () => new HttpClient(server.url)
const person = (username: string) => ({ username, email: `${username}@example.com`, password: 'long enough 1' })
const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]
const titleOf = (html: string) => /<title[^>]*>([^<]*)</.exec(html)?.[1]
const inputOf = (html: string, name: string) => new RegExp(`name="${name}"[^>]*? value="([^"]*)"`).exec(html)?.[1]

/** The token of a new invite of Alice. */
async function invite(): Promise<string> {
  const alice = new HttpClient(byInvite.url)
  await alice.logIn('alice@example.com')
  const page = await (await alice.post('/invites', {})).text()
  return /register\?invite=([\w-]+)"/.exec(page)?.[1] ?? expect.fail()
}

describe('the page of the registration', () => {
  it('is an empty form without errors, an invite or a way back', async () => {
    const answer = await visitor().get('/register')
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(titleOf(html)).toMatch(/^Create an account/)
    expect(['username', 'email', 'invite', 'next'].map(name => inputOf(html, name))).toEqual([
      '',
      '',
      undefined,
      undefined,
    ])
    expect(html).toContain('href="/login"')
    expect(html).not.toContain('role="alert"')
  })

  it.each(['/register', '/login'])('says below the form, as on %s, whom to ask about a password', async path => {
    const html = await textOf(visitor(), path)
    expect(html.indexOf('Forgot your password?')).toBeGreaterThan(html.lastIndexOf('</form>'))
  })

  it('keeps the way back in its form and in the link to the log-in', async () => {
    const html = await textOf(visitor(), '/register?next=%2Fpeople%3Fq%3Da')
    expect(inputOf(html, 'next')).toBe('/people?q=a')
    expect(html).toContain('href="/login?next=%2Fpeople%3Fq%3Da"')
  })

  it.each(['next=//evil.example/', 'next=/chats&next=/settings'])('keeps no way back of ?%s', async query => {
    const html = await textOf(visitor(), `/register?${query}`)
    expect(inputOf(html, 'next')).toBeUndefined()
    expect(html).toContain('href="/login"')
  })

  it('sends somebody who is logged in to the chats', async () => {
    const client = await newcomer(server.url)
    expect(whereTo(await client.get('/register'))).toEqual([303, '/chats'])
  })

  it('explains why nobody comes in without an invite', async () => {
    const answer = await new HttpClient(byInvite.url).get('/register')
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(html).toContain('<h1>Create an account</h1>')
    expect(html).toContain('You need an invite to create an account here')
  })

  it('keeps the invite of its address in the form', async () => {
    const token = await invite()
    const answer = await new HttpClient(byInvite.url).get(`/register?invite=${token}`)
    expect([answer.status, inputOf(await answer.text(), 'invite')]).toEqual([200, token])
  })

  it('takes no invite that is given twice', async () => {
    const token = await invite()
    const answer = await new HttpClient(byInvite.url).get(`/register?invite=${token}&invite=${token}`)
    expect(answer.status).toBe(403)
  })
})

describe('a registration', () => {
  it('leads to the chats, and has logged in', async () => {
    const client = visitor()
    expect(whereTo(await client.post('/register', person('reg-one')))).toEqual([303, '/chats'])
    expect((await client.get('/chats')).status).toBe(200)
  })

  it('leads back to the page that asked for it', async () => {
    const answer = await visitor().post('/register', { ...person('reg-two'), next: '/settings' })
    expect(whereTo(answer)).toEqual([303, '/settings'])
  })

  it('leads to the chats rather than to another server', async () => {
    const answer = await visitor().post('/register', { ...person('reg-three'), next: '//evil.example/' })
    expect(whereTo(answer)).toEqual([303, '/chats'])
  })

  it('takes the time zone that the browser tells', async () => {
    const client = visitor()
    await client.post('/register', { ...person('reg-four'), zone: 'Asia/Tokyo' })
    expect(await textOf(client, '/settings')).toContain('time zone is Asia/Tokyo')
  })

  it('that is refused keeps the name, the address and the way back, and names the field', async () => {
    const answer = await visitor().post('/register', { ...person('reg-five'), password: 'short', next: '/settings' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(titleOf(html)).toMatch(/^Error: Create an account/)
    expect(['username', 'email', 'next'].map(name => inputOf(html, name))).toEqual([
      'reg-five',
      'reg-five@example.com',
      '/settings',
    ])
    expect(html).toContain('<a href="#password">Password: Use at least 8 characters.</a>')
    expect(html).toContain('href="/login?next=%2Fsettings"')
  })

  it('that is refused keeps its invite, which still lets in', async () => {
    const token = await invite()
    const guest = new HttpClient(byInvite.url)
    const path = `/register?invite=${token}`
    const refused = await guest.post('/register', { ...person('reg-six'), password: 'short', invite: token }, path)
    expect([refused.status, inputOf(await refused.text(), 'invite')]).toEqual([422, token])
    const taken = await guest.post('/register', { ...person('reg-six'), invite: token }, path)
    expect(whereTo(taken)).toEqual([303, '/chats'])
  })

  it('without an invite is refused by an explanation and not by the form', async () => {
    const answer = await new HttpClient(byInvite.url).post('/register', person('reg-seven'), '/login')
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(html).toContain('You need an invite to create an account here')
    expect(html).not.toContain('name="username"')
  })

  it('with a stale token says so, and keeps the name, the address and the way back', async () => {
    const fields = { ...person('reg-eight'), next: '/settings', _csrf: 'stale' }
    const answer = await visitor().post('/register', fields)
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(titleOf(html)).toMatch(/^Error: Create an account/)
    expect(html).toContain('This page is out of date. Nothing was sent; your text is still here.')
    expect(['username', 'email', 'next'].map(name => inputOf(html, name))).toEqual([
      'reg-eight',
      'reg-eight@example.com',
      '/settings',
    ])
  })

  it('with a stale token keeps no way to another server', async () => {
    const answer = await visitor().post('/register', { ...person('reg-nine'), next: '//evil.example/', _csrf: 'stale' })
    expect(inputOf(await answer.text(), 'next')).toBeUndefined()
  })

  it('too many from one address is refused with 429 and Retry-After, and keeps the name', async () => {
    const strict = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: '1' })
    try {
      const client = new HttpClient(strict.url)
      await client.logIn('bob@example.com', 'wrong wrong')
      const answer = await client.post('/register', person('reg-ten'))
      expect(answer.status).toBe(429)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
      expect(inputOf(await answer.text(), 'username')).toBe('reg-ten')
    } finally {
      await strict.stop()
    }
  })
})
