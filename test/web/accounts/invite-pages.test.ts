// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Admission, inviteLifetimeMs } from '#src/accounts/admission.js'
import { FakeClock } from '../../support/fake-clock.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

const password = 'a password of mine'
type Server = Awaited<ReturnType<typeof startTestServer>>

const person = (username: string) => ({ username, email: `${username}@example.com`, password })
const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()

async function member(server: Server): Promise<HttpClient> {
  const client = new HttpClient(server.url)
  await client.logIn('alice@example.com')
  return client
}

/** The path of a new invite link. */
async function invite(client: HttpClient): Promise<string> {
  const page = await (await client.post('/invites', {})).text()
  const [, link = ''] = /value="(http[^"]+\/register\?invite=[^"]+)"/.exec(page) ?? []
  const { pathname, search } = new URL(link)
  return pathname + search
}

describe('by invite', () => {
  let server: Server
  beforeAll(async () => {
    server = await startTestServer({ REGISTRATION: 'invite' })
  })
  afterAll(() => server.stop())

  it('nobody comes in without one, and the page says so', async () => {
    const stranger = new HttpClient(server.url)
    for (const path of ['/register', '/register?invite=made-up']) {
      const answer = await stranger.get(path)
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('You need an invite')
    }
    for (const fields of [{}, { invite: 'made-up' }]) {
      const answer = await stranger.post('/register', { ...person('stranger'), ...fields }, '/login')
      expect(answer.status).toBe(403)
    }
    expect((await stranger.logIn('stranger@example.com', password)).status).toBe(422)
  })

  it('one link lets one person in, however often they err before', async () => {
    const link = await invite(await member(server))
    const [, token = ''] = link.split('=')
    const guest = new HttpClient(server.url)
    expect(await textOf(guest, link)).toContain(`name="invite" value="${token}"`)
    const errs = await guest.post('/register', { ...person('al'), invite: token }, link)
    expect(errs.status).toBe(422)
    expect(await errs.text()).toContain(`name="invite" value="${token}"`)
    const taken = await guest.post('/register', { ...person('alice'), invite: token }, link)
    expect(taken.status).toBe(422)
    expect((await guest.post('/register', { ...person('guest'), invite: token }, link)).status).toBe(303)
    const second = new HttpClient(server.url)
    expect((await second.get(link)).status).toBe(403)
    expect((await second.post('/register', { ...person('second'), invite: token }, '/login')).status).toBe(403)
  })

  it('the page of a link says who invites, also when its form is refused', async () => {
    const client = await member(server)
    const link = await invite(client)
    const guest = new HttpClient(server.url)
    expect(await textOf(guest, link)).toContain('<p class="notice">alice invites you to chat here.</p>')
    const refused = await guest.post('/register', { username: 'x', invite: link.split('=')[1] ?? '' }, link)
    expect([refused.status, (await refused.text()).includes('alice invites you')]).toEqual([422, true])
  })

  it('one link lets one of many at once in', async () => {
    const link = await invite(await member(server))
    const tries = Array.from({ length: 5 }, async (_, n) => {
      const guest = new HttpClient(server.url)
      const fields = { ...person(`racer${n}`), invite: link.split('=')[1] ?? '' }
      return (await guest.post('/register', fields, '/login')).status
    })
    expect((await Promise.all(tries)).filter(status => status === 303)).toHaveLength(1)
  })

  it('members are shown the way, a link is shown once', async () => {
    const client = await member(server)
    expect(await textOf(client, '/settings/account')).toContain('href="/invites"')
    const link = await invite(client)
    const page = await textOf(client, '/invites')
    expect(page).not.toContain(link)
    expect(page).toMatch(/unused/)
    expect((await new HttpClient(server.url).get('/invites')).headers.get('location')).toBe('/login?next=%2Finvites')
  })

  it('the links of a member end with their account', async () => {
    const alice = await member(server)
    const guest = new HttpClient(server.url)
    const link = await invite(alice)
    await guest.post('/register', { ...person('brief'), invite: link.split('=')[1] ?? '' }, link)
    const theirs = await invite(guest)
    await guest.post('/settings/delete', { password }, '/settings')
    expect((await new HttpClient(server.url).get(theirs)).status).toBe(403)
  })
})

describe('the page of invites', () => {
  let server: Server
  beforeAll(async () => {
    server = await startTestServer({ REGISTRATION: 'invite' })
  })
  afterAll(() => server.stop())

  it('shows no link before one is made, and says how many are unused and how many work', async () => {
    const client = await member(server)
    const answer = await client.get('/invites')
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(html).toContain('You have no unused links. Only the newest 20 work.')
    expect(html).toContain('works for 7 days')
    expect(html).toContain('>Create a link</button>')
    expect(html).not.toContain('id="link"')
  })

  it('shows a link of the address that it was asked at, and counts it for its member alone', async () => {
    const client = await member(server)
    const html = await (await client.post('/invites', {})).text()
    expect(html).toMatch(new RegExp(`value="${server.url}/register\\?invite=[\\w-]+"`))
    expect(html).toContain('You have 1 unused link.')
    expect(html).toContain('>Create another link</button>')
    const bob = new HttpClient(server.url)
    await bob.logIn('bob@example.com')
    expect(await textOf(bob, '/invites')).toContain('You have no unused links.')
  })

  it('shows links of the public address where one is set', async () => {
    const named = await startTestServer({ REGISTRATION: 'invite', PUBLIC_URL: 'http://chat.example' })
    try {
      const html = await (await (await member(named)).post('/invites', {})).text()
      expect(html).toContain('value="http://chat.example/register?invite=')
    } finally {
      await named.stop()
    }
  })

  it('makes sixty links a minute, and refuses more with 429', async () => {
    const client = new HttpClient(server.url)
    await client.logIn('bob@example.com')
    const token = await client.token('/invites')
    const make = async () =>
      (await client.request('POST', '/invites', { body: new URLSearchParams({ _csrf: token }) })).status
    const statuses: number[] = []
    for (let count = 0; count < 61; count += 1) statuses.push(await make())
    expect(statuses).toEqual([...Array(60).fill(200), 429])
  })
})

it('members make none where only the operator does', async () => {
  const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
  const server = await startTestServer({ REGISTRATION: 'invite', INVITES: 'operator', OPERATOR_TOKEN: token })
  const client = await member(server)
  expect((await client.get('/invites')).status).toBe(404)
  expect((await client.post('/invites', {}, '/settings')).status).toBe(404)
  expect(await textOf(client, '/settings/account')).not.toContain('/invites')
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${server.url}/operator/invites`, { method: 'POST', headers })
  const { link }: { link: string } = await answer.json()
  const { pathname, search } = new URL(link)
  const page = await new HttpClient(server.url).get(pathname + search)
  expect([page.status, (await page.text()).includes('invites you')]).toEqual([200, false])
  await server.stop()
})

it('nobody comes in where registration is closed, and no page says they could', async () => {
  const server = await startTestServer({ REGISTRATION: 'closed' })
  const stranger = new HttpClient(server.url)
  expect(await textOf(stranger, '/login')).not.toContain('Create an account')
  const answer = await stranger.get('/register')
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('You can&#39;t create an account here')
  expect((await stranger.post('/register', person('stranger'), '/login')).status).toBe(403)
  expect((await (await member(server)).get('/invites')).status).toBe(404)
  await server.stop()
})

it('everybody comes in where it is open, and invites are not spoken of', async () => {
  const server = await startTestServer()
  expect(await textOf(new HttpClient(server.url), '/login')).toContain('Create an account')
  const client = await member(server)
  expect(await textOf(client, '/settings/account')).not.toContain('/invites')
  expect((await client.get('/invites')).status).toBe(404)
  await server.stop()
})

describe('an invite', () => {
  const start = () => {
    const clock = new FakeClock()
    return { clock, admission: new Admission({ registration: 'invite', invites: 'members', clock }) }
  }

  it('ends after 7 days', async () => {
    const { clock, admission } = start()
    const { token } = await admission.inviteBy('ann')
    await clock.advance(inviteLifetimeMs - 1)
    expect(await admission.refusalOf(token)).toBeNull()
    await clock.advance(1)
    expect(await admission.refusalOf(token)).toBe('invite_needed')
    expect(await admission.countOf('ann')).toBe(0)
  })

  it('is one of at most twenty of a member, the newest', async () => {
    const { admission } = start()
    const others = await admission.inviteBy('bob')
    const tokens = await Promise.all(Array.from({ length: 21 }, async () => (await admission.inviteBy('ann')).token))
    expect(await Promise.all(tokens.map(async token => (await admission.refusalOf(token)) === null))).toEqual([
      false,
      ...Array(20).fill(true),
    ])
    expect(await admission.refusalOf(others.token)).toBeNull()
    expect([await admission.countOf('ann'), await admission.countOf('bob')]).toEqual([20, 1])
  })
})

it('a stranger who makes an invite goes to the log-in, and from there to the page of invites', async () => {
  const server = await startTestServer({ REGISTRATION: 'invite' })
  const answer = await new HttpClient(server.url).request('POST', '/invites')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Finvites'])
  await server.stop()
})
