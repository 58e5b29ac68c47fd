import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express'
import expressSession from 'express-session'
import { describe, expect, it } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { readConfig } from '#src/config.js'
import { CookieNames } from '#src/http/cookie-names.js'
import { readCookies } from '#src/http/cookies.js'
import { csrfProtection, isStaleToken, readToken } from '#src/http/csrf.js'
import { HttpClient } from '../support/http-client.js'
import { serveApp } from '../support/served-app.js'

const account = newAccount({ id: 'ann', username: 'ann', email: 'ann', passwordHash: '', createdAt: 1 })

/** A server whose requests with `x-member` are of somebody who is logged in. GET answers with the token. */
async function begin(env: Record<string, string> = {}) {
  const config = readConfig({ NODE_ENV: 'test', ...env })
  const setAccount: RequestHandler = (request, _response, next) => {
    request.account = request.get('x-member') === undefined ? null : account
    next()
  }
  const refuse: ErrorRequestHandler = (error, _request, response, _next) =>
    void response.status(isStaleToken(error) ? 403 : 500).end()
  const app = express()
    .use(expressSession({ secret: 'of a test', resave: false, saveUninitialized: false, name: 'sid' }))
    .use(readCookies, express.urlencoded({ extended: false }), setAccount)
    .use(csrfProtection(config, new CookieNames(config)))
    .get('/', (request, response) => void response.send(request.csrfToken?.()))
    .post('/', (_request, response) => void response.end())
    .use(refuse)
  const client = new HttpClient(await serveApp(app))
  const asMember = { headers: { 'x-member': 'yes' } }
  const post = async (_csrf: string, init: RequestInit = {}) =>
    (await client.request('POST', '/', { ...init, body: new URLSearchParams({ _csrf }) })).status
  return { client, asMember, post }
}

describe('the token of a request', () => {
  const tokens: string[] = []
  const app = express()
    .use(express.urlencoded({ extended: false }))
    .use((request: Request, response) => {
      tokens.push(readToken(request))
      response.end()
    })

  it.each([
    ['stands in its form', { _csrf: 'form' }, {}, 'form'],
    ['stands in its header', {}, { 'csrf-token': 'header' }, 'header'],
    ['stands in its header when the field is empty', { _csrf: '' }, { 'csrf-token': 'header' }, 'header'],
    ['stands in its form rather than in its header', { _csrf: 'form' }, { 'csrf-token': 'header' }, 'form'],
    ['is missing', { other: 'x' }, {}, ''],
  ])('%s', async (_what, fields, headers, token) => {
    const body = new URLSearchParams(Object.entries(fields))
    await fetch(await serveApp(app), { method: 'POST', headers: Object.entries(headers), body })
    expect(tokens.pop()).toBe(token)
  })
})

describe('a form before log-in', () => {
  it('passes with the token of a page, and makes no session', async () => {
    const { client, post } = await begin()
    const token = await (await client.get('/')).text()
    expect(await post(token)).toBe(200)
    expect([...client.cookies.keys()]).toEqual(['csrf'])
  })

  it.each(['', 'made-up'])('is refused with the token %j', async token => {
    const { client, post } = await begin()
    await client.get('/')
    expect(await post(token)).toBe(403)
  })

  it('is refused with the token of another browser', async () => {
    const { client, post } = await begin()
    const token = await (await client.get('/')).text()
    client.cookies.clear()
    await client.get('/')
    expect(await post(token)).toBe(403)
  })

  it('has a cookie that no script reads and no other site sends with a form', async () => {
    const { client } = await begin()
    const [cookie = ''] = (await client.get('/')).headers.getSetCookie()
    expect(cookie).toMatch(/^csrf=[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('has a Secure cookie bound to the host behind https', async () => {
    const { client } = await begin({ PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '1' })
    const [cookie = ''] = (await client.get('/')).headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-csrf=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })
})

describe('a form of a member', () => {
  it('passes with the token of their session, without another cookie', async () => {
    const { client, asMember, post } = await begin()
    const token = await (await client.get('/', asMember)).text()
    expect(await post(token, asMember)).toBe(200)
    expect([...client.cookies.keys()]).toEqual(['sid'])
  })

  it('is refused with the token from before the log-in', async () => {
    const { client, asMember, post } = await begin()
    await client.get('/', asMember)
    const token = await (await client.get('/')).text()
    expect(await post(token, asMember)).toBe(403)
  })
})

it.each([
  ['the refusal of the token', Object.assign(new Error(), { code: 'EBADCSRFTOKEN' }), true],
  ['another error', Object.assign(new Error(), { code: 'EOTHER' }), false],
  ['an error without a code', new Error('EBADCSRFTOKEN'), false],
  ['no error', { code: 'EBADCSRFTOKEN' }, false],
  ['nothing', null, false],
])('%s is told from others', (_what, error, isStale) => {
  expect(isStaleToken(error)).toBe(isStale)
})
