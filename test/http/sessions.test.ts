// Long because every case of one behaviour stands here.
import express, { type Request, type RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { defaultSettings } from '#src/accounts/settings.js'
import { readConfig } from '#src/config.js'
import { CookieNames } from '#src/http/cookie-names.js'
import { Sessions, sessionsPerAccount } from '#src/http/sessions.js'
import type { Identity } from '#src/live/client/subscriber.js'
import { demoPeople } from '../support/accounts/demo-people.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { serveApp } from '../support/served-app.js'

const start = Date.UTC(2030, 0, 15, 12)
const lifetimeMs = 3_600_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: start }))
afterEach(() => void vi.useRealTimers())

/** A server where a visit to /begin logs in, and others say who is logged in. */
async function begin(env: Record<string, string> = {}) {
  const people = await demoPeople()
  const config = readConfig({ NODE_ENV: 'test', SESSION_TTL_MS: String(lifetimeMs), ...env })
  const onEnded = vi.fn()
  const onUsed = vi.fn()
  const sessions = new Sessions(config, new CookieNames(config), people, onEnded, undefined, onUsed)
  onTestFinished(() => sessions.stop())
  const identities: (Identity | null)[] = []
  const answer: RequestHandler = ({ account }, response) => void response.json(account?.username ?? null)
  const app = express()
    .set('trust proxy', config.trustProxy)
    .get('/identify', async (request, response) => {
      identities.push(await sessions.identify(request))
      response.end()
    })
    .get('/find', sessions.findAccount, answer)
    .use(sessions.middleware)
    .get('/who', sessions.loadAccount, answer)
    .get('/live', async (request, response) => void response.json(await sessions.isLive(request)))
    .get('/session', ({ session }, response) => void response.json(session))
    .get('/begin/:id', async (request: Request<{ id: string }, unknown, unknown, { zone: string }>, response) => {
      const account = (await people.find(request.params.id)) ?? expect.fail('nobody has this id')
      await sessions.begin(request, account, request.query.zone)
      response.json([request.account?.username, request.sessionID])
    })
    .get('/end', async (request, response) => {
      await sessions.end(request)
      response.end()
    })
  const url = await serveApp(app)
  const visitor = () => new HttpClient(url)
  const ask = async (client: HttpClient, path: string, headers: Record<string, string> = {}) => {
    const text = await (await client.get(path, { headers })).text()
    return text === '' ? null : JSON.parse(text)
  }
  const identify = async (client: HttpClient, headers: Record<string, string> = {}) => {
    await client.get('/identify', { headers })
    return identities.pop() ?? null
  }
  /** Logs in, with the id of the session. */
  const logIn = async (client = visitor(), { id = aliceId, zone = '' } = {}) => {
    const [username, sessionId] = await ask(client, `/begin/${id}?zone=${encodeURIComponent(zone)}`)
    return { client, username, sessionId }
  }
  return { people, sessions, onEnded, onUsed, url, visitor, ask, identify, logIn }
}

describe('a session', () => {
  it('is not made by a visit', async () => {
    const { visitor } = await begin()
    const { headers, status } = await visitor().get('/who')
    expect([status, headers.getSetCookie()]).toEqual([200, []])
  })

  it('says who is logged in, from its first request', async () => {
    const { ask, logIn, visitor } = await begin()
    const { client, username } = await logIn()
    expect(username).toBe('alice')
    expect([await ask(client, '/who'), await ask(client, '/find'), await ask(visitor(), '/who')]).toEqual([
      'alice',
      'alice',
      null,
    ])
  })

  it('has a cookie out of reach of scripts, until it ends', async () => {
    const { sessions, visitor } = await begin()
    const [cookie = ''] = (await visitor().get(`/begin/${aliceId}?zone=`)).headers.getSetCookie()
    expect(sessions.cookieName).toBe('sid')
    expect(cookie).toMatch(/^sid=s%3A[^;]+; Path=\/; Expires=Tue, 15 Jan 2030 13:00:00 GMT; HttpOnly; SameSite=Lax$/)
  })

  it.each<[string, Record<string, string>]>([
    ['https', { 'x-forwarded-proto': 'https' }],
    ['http', { 'x-forwarded-proto': 'http' }],
    ['nothing', {}],
  ])(
    'has a Secure cookie bound to the host where PUBLIC_URL is https and the proxy says %s',
    async (_said, headers) => {
      const { sessions, visitor } = await begin({ PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '1' })
      const [cookie = ''] = (await visitor().get(`/begin/${aliceId}?zone=`, { headers })).headers.getSetCookie()
      expect(sessions.cookieName).toBe('__Host-sid')
      expect(cookie).toMatch(/^__Host-sid=s%3A[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
    },
  )

  it.each([
    ['', null],
    ['europe/berlin', 'Europe/Berlin'],
    ['Nowhere/Else', null],
  ])('that is begun in the zone %j is in %j', async (zone, kept) => {
    const { ask, logIn, identify } = await begin()
    const { client } = await logIn(undefined, { zone })
    expect([(await ask(client, '/session')).zone, (await identify(client))?.zone]).toEqual([kept, kept])
  })

  it('has a secret of its own for its forms', async () => {
    const { ask, logIn } = await begin()
    const one = (await ask((await logIn()).client, '/session')).csrfSecret
    const other = (await ask((await logIn()).client, '/session')).csrfSecret
    expect(one).toMatch(/^[\w-]{24}$/)
    expect(other).not.toBe(one)
  })

  it('begins under a new id, and the one before it ends, of which who keeps connections is told', async () => {
    const { ask, logIn, visitor, onEnded } = await begin()
    const planted = await logIn(visitor(), { id: bobId })
    const thief = visitor()
    thief.cookies.set('sid', planted.client.cookies.get('sid') ?? '')
    const { client, sessionId } = await logIn(planted.client)
    expect(sessionId).not.toBe(planted.sessionId)
    expect([await ask(client, '/who'), await ask(thief, '/who')]).toEqual(['alice', null])
    expect(onEnded.mock.calls).toEqual([[bobId, planted.sessionId]])
  })

  it('that a request prolongs is told, with its account; one that is only looked at is not', async () => {
    const { ask, logIn, visitor, onUsed } = await begin()
    const { client, sessionId } = await logIn()
    await ask(client, '/find')
    await ask(visitor(), '/who')
    expect(onUsed).not.toHaveBeenCalled()
    await ask(client, '/who')
    expect(onUsed.mock.calls).toEqual([[expect.objectContaining({ id: aliceId }), sessionId]])
  })

  it('lives until it is ended', async () => {
    const { ask, logIn } = await begin()
    const { client } = await logIn()
    expect(await ask(client, '/live')).toBe(true)
    await ask(client, '/end')
    expect(await ask(client, '/live')).toBe(false)
  })

  it.each(['/who', '/find'])('is over for %s once its account has logged out everywhere', async path => {
    const { people, ask, logIn } = await begin()
    const { client } = await logIn()
    await people.endSessionsEverywhere(aliceId)
    expect(await ask(client, path)).toBe(null)
  })

  it.each(['/who', '/find'])('is over for %s once its account is removed', async path => {
    const { people, ask, logIn } = await begin()
    const { client } = await logIn()
    await people.removeByOperator(aliceId)
    expect(await ask(client, path)).toBe(null)
  })

  it('is over for everybody once its time is over', async () => {
    const { ask, logIn, identify } = await begin()
    const { client } = await logIn()
    vi.setSystemTime(start + lifetimeMs)
    expect(await ask(client, '/find')).toBe('alice')
    vi.setSystemTime(start + lifetimeMs + 1)
    expect([await ask(client, '/find'), await identify(client), await ask(client, '/who')]).toEqual([null, null, null])
  })

  it('is prolonged by a page, and by nothing that only asks who is logged in', async () => {
    const { logIn, identify } = await begin()
    const { client } = await logIn()
    vi.setSystemTime(start + 60_000)
    expect((await client.get('/find')).headers.getSetCookie()).toEqual([])
    expect((await identify(client))?.endsAt).toBe(start + lifetimeMs)
    expect((await client.get('/who')).headers.getSetCookie()).toHaveLength(1)
    expect((await identify(client))?.endsAt).toBe(start + 60_000 + lifetimeMs)
  })

  it('that is ended is worth nothing, and who keeps connections is told', async () => {
    const { ask, logIn, identify, onEnded } = await begin()
    const [{ client, sessionId }, other] = [await logIn(), await logIn()]
    await client.get('/end')
    expect([await ask(client, '/who'), await identify(client), await ask(other.client, '/who')]).toEqual([
      null,
      null,
      'alice',
    ])
    expect(onEnded.mock.calls).toEqual([[aliceId, sessionId]])
  })

  it('that was never begun is ended without a word', async () => {
    const { visitor, onEnded } = await begin()
    expect((await visitor().get('/end')).status).toBe(200)
    expect(onEnded).not.toHaveBeenCalled()
  })
})

describe('who opens a connection', () => {
  it('is known by the cookie, with what pages need to know', async () => {
    const { people, logIn, identify } = await begin()
    const { client, sessionId } = await logIn(undefined, { zone: 'Asia/Dubai' })
    const inGerman = { 'accept-language': 'de-AT' }
    expect(await identify(client, inGerman)).toEqual({
      userId: aliceId,
      sessionId,
      zone: 'Asia/Dubai',
      language: 'de',
      regions: { de: 'AT' },
      announced: ['messages', 'typing', 'presence'],
      hidesNames: false,
      endsAt: start + lifetimeMs,
      readEnd: expect.any(Function),
    })
    await people.changeSettings(aliceId, { ...defaultSettings, zone: 'UTC', language: 'es', announced: ['sent'] })
    expect(await identify(client, inGerman)).toMatchObject({ zone: 'UTC', language: 'es', announced: ['sent'] })
  })

  it('is nobody without our signature', async () => {
    const { logIn, visitor, identify } = await begin()
    const { client, sessionId } = await logIn()
    const other = await begin({ SESSION_SECRET: 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW' })
    const foreign = await other.logIn()
    const signature = client.cookies.get('sid')?.slice(-10) ?? ''
    for (const cookie of [
      undefined,
      '',
      sessionId,
      `s:${sessionId}`,
      `s%3A${sessionId}.${signature}`,
      foreign.client.cookies.get('sid'),
    ]) {
      const stranger = visitor()
      if (cookie !== undefined) stranger.cookies.set('sid', cookie)
      expect(await identify(stranger), cookie).toBe(null)
    }
  })

  it('is nobody with the id of no session, and with one of an account that is gone', async () => {
    const { people, logIn, identify } = await begin()
    const [alice, bob] = [await logIn(), await logIn(undefined, { id: bobId })]
    const stale = alice.client.cookies.get('sid') ?? ''
    await alice.client.get('/end')
    alice.client.cookies.set('sid', stale)
    await people.removeByOperator(bobId)
    expect([await identify(alice.client), await identify(bob.client)]).toEqual([null, null])
  })

  it('learns when the session ends now, and that it has ended', async () => {
    const { people, logIn, identify } = await begin()
    const [alice, bob] = [await logIn(), await logIn(undefined, { id: bobId })]
    const [first, second] = [await identify(alice.client), await identify(bob.client)]
    vi.setSystemTime(start + 1000)
    await alice.client.get('/who')
    expect([await first?.readEnd(), await second?.readEnd()]).toEqual([start + 1000 + lifetimeMs, start + lifetimeMs])
    await alice.client.get('/end')
    await people.endSessionsEverywhere(bobId)
    expect([await first?.readEnd(), await second?.readEnd()]).toEqual([null, null])
  })
})

describe('the sessions of an account', () => {
  it('are a hundred at most: the next log-in ends the oldest, and no other', async () => {
    const { ask, logIn, onEnded } = await begin()
    const [bob, first, second] = [await logIn(undefined, { id: bobId }), await logIn(), await logIn()]
    for (let count = 2; count < sessionsPerAccount; count += 1) await logIn()
    expect([sessionsPerAccount, onEnded.mock.calls]).toEqual([100, []])
    await logIn()
    expect(onEnded.mock.calls).toEqual([[aliceId, first.sessionId]])
    expect(await Promise.all([first, second, bob].map(({ client }) => ask(client, '/who')))).toEqual([
      null,
      'alice',
      'bob',
    ])
  })

  it('make room when they end, by log-out or by their time, which is looked at each minute', async () => {
    const { logIn, onEnded } = await begin()
    const { client } = await logIn()
    for (let count = 1; count < sessionsPerAccount; count += 1) await logIn()
    await client.get('/end')
    onEnded.mockClear()
    await logIn()
    expect(onEnded).not.toHaveBeenCalled()
    vi.setSystemTime(start + lifetimeMs)
    vi.advanceTimersByTime(60_000)
    for (let count = 0; count < sessionsPerAccount; count += 1) await logIn()
    expect(onEnded).not.toHaveBeenCalled()
  })

  it('are looked at no more once the server stops', async () => {
    const { sessions } = await begin()
    expect(vi.getTimerCount()).toBe(1)
    sessions.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
