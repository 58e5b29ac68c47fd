// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '#src/config.js'
import { CookieNames } from '#src/http/cookie-names.js'
import { readCookies } from '#src/http/cookies.js'
import { csrfProtection, isStaleToken } from '#src/http/csrf.js'
import { HeldBodies } from '#src/http/held-bodies.js'
import { limitLight } from '#src/http/request-limits.js'
import { type Access, createRouter, type RequestLimit, type Route } from '#src/http/routes.js'
import { Sessions } from '#src/http/sessions.js'
import { Limits } from '#src/limits.js'
import { pageGuards } from '#src/web/page/page-guards.js'
import { demoPeople } from '../../support/accounts/demo-people.js'
import { FakeClock } from '../../support/fake-clock.js'
import { aliceId, HttpClient } from '../../support/http-client.js'
import { holdWithoutLimit } from '../../support/no-turns.js'
import { serveApp } from '../../support/served-app.js'

/** What the parts of a page's request leave behind: who asked, the fields that were read, and the token. */
const answer: Route['handle'] = (request, response) => {
  const { _csrf, ...fields } = request.body ?? {}
  response.json({ name: request.account?.username ?? null, fields, hasToken: request.csrfToken !== undefined })
}

const multipart: RequestHandler = (request, _response, next) => {
  if (request.is('multipart/form-data')) request.body = { read: 'multipart' }
  next()
}

const routes: Route[] = [
  { method: 'get', path: '/anyone', access: 'anyone', handle: answer },
  { method: 'get', path: '/guest', access: 'guest', handle: answer },
  { method: 'post', path: '/guest', access: 'guest', handle: answer },
  { method: 'get', path: '/member/:id', handle: answer },
  { method: 'post', path: '/member/:id', formPage: '/pages/:id/form', handle: answer },
  { method: 'post', path: '/plain', handle: answer },
  { method: 'post', path: '/light', limit: 'lightRequests', handle: answer },
  { method: 'post', path: '/open', needsToken: false, handle: answer },
  { method: 'get', path: '/open', needsToken: false, handle: answer },
  { method: 'post', path: '/picture', body: { multipart }, needsToken: false, handle: answer },
]

/** A server with these routes behind the guards of pages, mounted at /at; /log-in logs Alice in. */
async function begin(env: Record<string, string> = {}) {
  const config = readConfig({ NODE_ENV: 'test', RATE_LIMIT_REQUESTS: '1000000', ...env })
  const people = await demoPeople()
  const names = new CookieNames(config)
  const sessions = new Sessions(config, names, people, () => {})
  const limits = new Limits(config, new FakeClock())
  onTestFinished(() => sessions.stop())
  const guards = pageGuards({
    config,
    sessions,
    cookieNames: names,
    limits,
    countLight: limitLight(limits.lightRequests),
    csrf: csrfProtection(config, names),
    strangerBodies: HeldBodies.ofStrangers(() => {}),
    memberBodies: HeldBodies.ofMembers(() => {}, 1_048_576),
  })
  const logIn: RequestHandler = async (request: Request, response) => {
    await sessions.begin(request, (await people.find(aliceId)) ?? expect.fail('there is no Alice'), '')
    response.end()
  }
  const refuse: ErrorRequestHandler = (error, _request, response, _next) =>
    void response.status(400).json({ code: isStaleToken(error) ? 'stale' : (error.code ?? error.type) })
  const app = express()
    .use(holdWithoutLimit(), readCookies)
    .use('/log-in', sessions.middleware, logIn)
    .use('/token', sessions.middleware, sessions.loadAccount, csrfProtection(config, names), (request, response) => {
      response.send(request.csrfToken?.())
    })
    .use('/at', createRouter(routes, guards))
    .use(refuse)
  const url = await serveApp(app)
  const stranger = () => new HttpClient(url)
  const member = async () => {
    const client = stranger()
    await client.get('/log-in')
    return client
  }
  const tokenOf = async (client: HttpClient) => (await client.get('/token')).text()
  return { url, limits, guards, stranger, member, tokenOf }
}

/** The JSON that answers a GET with a form as its body, which fetch cannot send. */
async function getWithBody(url: string, body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }
  const [response] = await once(request(url, { agent: false, headers }).end(body), 'response')
  return json(response)
}

const posted = (fields: Record<string, string>) => ({ body: new URLSearchParams(fields) })
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]

describe('a page', () => {
  it('for anyone knows who asks, and makes no token', async () => {
    const { stranger, member } = await begin()
    expect(await (await stranger().get('/at/anyone')).json()).toEqual({ name: null, fields: {}, hasToken: false })
    expect(await (await (await member()).get('/at/anyone')).json()).toMatchObject({ name: 'alice' })
  })

  it('for guests lets strangers and members in, with a token', async () => {
    const { stranger, member } = await begin()
    expect(await (await stranger().get('/at/guest')).json()).toEqual({ name: null, fields: {}, hasToken: true })
    expect(await (await (await member()).get('/at/guest')).json()).toMatchObject({ name: 'alice', hasToken: true })
  })

  it('for members lets members in, with a token, also where its form needs none', async () => {
    const { member } = await begin()
    const client = await member()
    for (const path of ['/at/member/1', '/at/open']) {
      expect(await (await client.get(path)).json()).toEqual({ name: 'alice', fields: {}, hasToken: true })
    }
  })

  it('for members leads strangers to the log-in, and from there back', async () => {
    const { stranger } = await begin()
    expect(whereTo(await stranger().get('/at/member/1?q=a&b=c'))).toEqual([
      303,
      `/login?next=${encodeURIComponent('/at/member/1?q=a&b=c')}`,
    ])
  })
})

it('a page that is only asked for has no body read', async () => {
  const { url } = await begin()
  expect(await getWithBody(`${url}/at/guest`, 'a=b')).toEqual({ name: null, fields: {}, hasToken: true })
})

describe('a form', () => {
  it.each([
    ['to the page that it names, with what stands in its address', '/at/member/a%2Fb%20c', '/pages/a%2Fb%20c/form'],
    ['to the chats by default', '/at/plain', '/chats'],
  ])('of members leads strangers to the log-in, and from there %s', async (_what, path, page) => {
    const { stranger } = await begin()
    expect(whereTo(await stranger().request('POST', path, posted({ a: 'b' })))).toEqual([
      303,
      `/login?next=${encodeURIComponent(page)}`,
    ])
  })

  it('of guests is read and needs its token', async () => {
    const { stranger, tokenOf } = await begin()
    const client = stranger()
    const _csrf = await tokenOf(client)
    const answered = await client.request('POST', '/at/guest', posted({ _csrf, email: 'a' }))
    expect(await answered.json()).toMatchObject({ name: null, fields: { email: 'a' } })
    expect(await (await client.request('POST', '/at/guest', posted({ email: 'a' }))).json()).toEqual({ code: 'stale' })
  })

  it('of guests may have 8 kB and no more', async () => {
    const { stranger, tokenOf } = await begin()
    const client = stranger()
    const _csrf = await tokenOf(client)
    const padding = 'x'.repeat(8192 - `_csrf=${_csrf}&a=`.length)
    expect((await client.request('POST', '/at/guest', posted({ _csrf, a: padding }))).status).toBe(200)
    expect(await (await client.request('POST', '/at/guest', posted({ _csrf, a: `${padding}x` }))).json()).toEqual({
      code: 'payload_too_large',
    })
  })

  it('of guests that is too long is refused also when it says that it is no form', async () => {
    const { stranger } = await begin()
    const body = 'x'.repeat(8193)
    const answered = await stranger().request('POST', '/at/guest', { body, headers: { 'content-type': 'text/plain' } })
    expect(await answered.json()).toEqual({ code: 'payload_too_large' })
  })

  it('of members is read and needs its token', async () => {
    const { member, tokenOf } = await begin()
    const client = await member()
    const _csrf = await tokenOf(client)
    const answered = await client.request('POST', '/at/member/1', posted({ _csrf, 'a[b]': 'c' }))
    expect(await answered.json()).toMatchObject({ name: 'alice', fields: { 'a[b]': 'c' } })
    expect(await (await client.request('POST', '/at/member/1', posted({ a: 'b' }))).json()).toEqual({ code: 'stale' })
  })

  it('of members that needs no token is read without one', async () => {
    const { member } = await begin()
    const answered = await (await member()).request('POST', '/at/open', posted({ a: 'b' }))
    expect(await answered.json()).toMatchObject({ fields: { a: 'b' } })
  })

  it.each([
    ['as long as a message may be', '/at/member/1', 1_048_576],
    ['only 16 kB where a page posts it by itself', '/at/light', 16_384],
  ])('of members may be %s', async (_what, path, most) => {
    const { member, tokenOf } = await begin()
    const client = await member()
    const _csrf = await tokenOf(client)
    const padding = 'x'.repeat(most - `_csrf=${_csrf}&a=`.length)
    expect((await client.request('POST', path, posted({ _csrf, a: padding }))).status).toBe(200)
    expect(await (await client.request('POST', path, posted({ _csrf, a: `${padding}x` }))).json()).toEqual({
      code: 'payload_too_large',
    })
  })

  it('of members may be longer where messages may be', async () => {
    const { member, tokenOf } = await begin({ MESSAGE_MAX_LENGTH: '100000' })
    const client = await member()
    const _csrf = await tokenOf(client)
    const content = 'x'.repeat(1_200_000 - `_csrf=${_csrf}&a=`.length)
    expect((await client.request('POST', '/at/member/1', posted({ _csrf, a: content }))).status).toBe(200)
    const longer = await client.request('POST', '/at/member/1', posted({ _csrf, a: `${content}x` }))
    expect(await longer.json()).toEqual({ code: 'payload_too_large' })
  })

  it('that is packed is not unpacked', async () => {
    const { member } = await begin()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }
    const answered = await (await member()).request('POST', '/at/open', { headers, body: 'a=b' })
    expect(await answered.json()).toEqual({ code: 'encoding.unsupported' })
  })

  it('with files is read by the route that takes it, and by no other', async () => {
    const { member } = await begin()
    const client = await member()
    const body = new FormData()
    body.set('a', 'b')
    expect(await (await client.request('POST', '/at/picture', { body })).json()).toMatchObject({
      fields: { read: 'multipart' },
    })
    expect(await (await client.request('POST', '/at/picture', posted({ a: 'b' }))).json()).toMatchObject({
      fields: { a: 'b' },
    })
    expect(await (await client.request('POST', '/at/open', { body })).json()).toMatchObject({ fields: {} })
  })
})

describe('what is counted', () => {
  const lastHit = { allowed: true, remaining: 0 }

  it('is each request of a member, as the route says, before the body is read', async () => {
    const { limits, member } = await begin({ RATE_LIMIT_REQUESTS: '2' })
    const client = await member()
    await client.request('POST', '/at/plain', posted({ a: 'b' }))
    expect(await limits.requests.hit(aliceId)).toMatchObject(lastHit)
    await client.request('POST', '/at/light', posted({ a: 'b' }))
    expect(await limits.lightRequests.hit(aliceId)).toMatchObject({ allowed: true, remaining: 18 })
    expect(await limits.requests.hit(aliceId)).toMatchObject({ allowed: false })
  })

  it('is a request with a wrong method too', async () => {
    const { limits, member } = await begin({ RATE_LIMIT_REQUESTS: '2' })
    const refused = await (await member()).request('PUT', '/at/plain')
    expect([refused.headers.get('allow'), await refused.json()]).toEqual(['POST', { code: 'method_not_allowed' }])
    expect(await limits.requests.hit(aliceId)).toMatchObject(lastHit)
  })
})

it('no program and no operator is let in by these guards, and nobody uncounted', async () => {
  const { guards } = await begin()
  const answered = { needsToken: true, formPage: '/chats', body: null, repeats: null, mayBeLong: false } as const
  const route = { method: 'get', path: '/', ...answered } as const
  const isAccepted = (access: Access, limit: RequestLimit) => guards.accepts({ ...route, access, limit })
  const accesses: Access[] = ['anyone', 'guest', 'member', 'operator', 'member or operator']
  expect(accesses.map(access => isAccepted(access, 'requests'))).toEqual([true, true, true, false, false])
  expect(accesses.map(access => isAccepted(access, 'lightRequests'))).toEqual([true, true, true, false, false])
  expect(accesses.map(access => isAccepted(access, 'none'))).toEqual([false, false, false, false, false])
})
