// Long because every case of one behaviour stands here.
import express, { type ErrorRequestHandler } from 'express'
import { beforeEach, describe, expect, it } from 'vitest'
import { Admission } from '#src/accounts/admission.js'
import { createPasswordResets, type PasswordResets } from '#src/accounts/password-resets.js'
import type { People } from '#src/accounts/people.js'
import { readConfig } from '#src/config.js'
import { operatorCheck } from '#src/http/operator-token.js'
import { declaredRoutes, notFound } from '#src/http/routes.js'
import { soundHealth } from '#src/ops/health.js'
import { RateLimit } from '#src/rate-limit.js'
import { operatorRoutes } from '#src/web/operator-routes.js'
import { demoPeople } from '../support/accounts/demo-people.js'
import { FakeClock } from '../support/fake-clock.js'
import { aliceId } from '../support/http-client.js'
import { serveApp } from '../support/served-app.js'

const headers = { authorization: 'Bearer operator' }
const passOn: ErrorRequestHandler = (error, _request, response, _next) =>
  void response.status(error.code === 'not_found' ? 404 : 500).send(`passed on ${error.code ?? error.message}`)

let clock: FakeClock
let people: People
let resets: PasswordResets
beforeEach(async () => {
  clock = new FakeClock(Date.UTC(2030, 0, 15, 12))
  people = await demoPeople(clock)
  resets = createPasswordResets({ clock })
})

/** The routes on a server, and as they are declared. */
async function begin(env: Record<string, string> = {}, registration: Admission['registration'] = 'invite') {
  const limit = new RateLimit({ name: 'operator', windowMs: 60_000, limit: 1 }, clock)
  const admission = new Admission({ registration, invites: 'operator', clock })
  const config = readConfig({ NODE_ENV: 'test', ...env })
  const checkOperator = 'OPERATOR_TOKEN' in env ? null : operatorCheck('operator', limit)
  const router = operatorRoutes({ config, checkOperator, people, admission, resets, health: soundHealth, lowered: [] })
  const url = await serveApp(express().use(router, notFound, passOn))
  const post = (path: string, input?: unknown) =>
    fetch(`${url}/operator${path}`, {
      method: 'POST',
      headers: { ...headers, ...(input === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(input === undefined ? {} : { body: typeof input === 'string' ? input : JSON.stringify(input) }),
    })
  const list = () => fetch(`${url}/operator/accounts`, { headers })
  return { url, post, list, admission, routes: declaredRoutes(router) }
}

describe('the list of accounts', () => {
  it('has what the operator may know of each, in the order of names', async () => {
    const { list } = await begin()
    const { accounts } = await (await list()).json()
    expect(accounts.map(({ username }: { username: string }) => username)).toEqual(['alice', 'bob'])
    expect(accounts[0]).toEqual({
      id: aliceId,
      username: 'alice',
      email: 'alice@example.com',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      isDisabled: false,
      isDemo: true,
    })
  })
})

describe('a new account', () => {
  it.each(['open', 'invite', 'closed'] as const)(
    'is made where registration is %s, with a link for its password',
    async registration => {
      const { url, post } = await begin({}, registration)
      const answer = await post('/accounts', { username: 'carol', email: 'carol@example.com' })
      const { account, link, expiresAt } = await answer.json()
      expect([answer.status, expiresAt]).toEqual([201, '2030-01-15T13:00:00.000Z'])
      expect(account).toMatchObject({ username: 'carol', email: 'carol@example.com', isDisabled: false })
      const base = `${url}/reset/`
      expect(link.startsWith(base)).toBe(true)
      expect(await resets.use(link.slice(base.length), async value => value)).toEqual({
        userId: (await people.findByName('carol')).id,
        generation: 0,
      })
    },
  )

  it.each([
    [{}, { username: 'required', email: 'required' }],
    [
      { username: 'a', email: 'a' },
      { username: 'username_invalid', email: 'email_invalid' },
    ],
    [
      { username: 'ALICE', email: 'Alice@example.com' },
      { username: 'username_taken', email: 'email_taken' },
    ],
    [{ username: 'admin', email: 'carol@example.com' }, { username: 'username_reserved' }],
  ])('is refused to %j, naming what is wrong', async (input, errors) => {
    const { post } = await begin({}, 'closed')
    expect(await (await post('/accounts', input)).json()).toEqual({
      title: 'invalid',
      status: 422,
      code: 'invalid',
      errors,
    })
    expect(await people.list()).toHaveLength(2)
  })

  it.each([
    ['{', 400, 'bad_request'],
    [`{"username":"${'a'.repeat(10_000)}"}`, 413, 'payload_too_large'],
  ])('is refused to a body that cannot be read', async (input, status, code) => {
    const { post } = await begin()
    const answer = await post('/accounts', input)
    expect([answer.status, (await answer.json()).code]).toEqual([status, code])
  })
})

describe('a link for a new password', () => {
  it('sets that of its person alone, as the account is now, for an hour', async () => {
    await people.endSessionsEverywhere(aliceId)
    const { url, post } = await begin()
    const answer = await post('/accounts/alice/reset-password')
    const { link, expiresAt } = await answer.json()
    expect([answer.status, expiresAt]).toEqual([201, '2030-01-15T13:00:00.000Z'])
    const base = `${url}/reset/`
    expect(link.startsWith(base)).toBe(true)
    expect(await resets.use(link.slice(base.length), async value => value)).toEqual({ userId: aliceId, generation: 1 })
  })

  it('is the only one of its person', async () => {
    const { post } = await begin()
    const tokenOf = async (name: string) =>
      String((await (await post(`/accounts/${name}/reset-password`)).json()).link).replace(/^.*\//, '')
    const [first, second, other] = [await tokenOf('alice'), await tokenOf('alice'), await tokenOf('bob')]
    expect(await Promise.all([first, second, other].map(token => resets.isGood(token)))).toEqual([false, true, true])
  })

  it('leads to the public address if there is one', async () => {
    const { post } = await begin({ PUBLIC_URL: 'http://chat.example' })
    const { link } = await (await post('/accounts/alice/reset-password')).json()
    expect(link).toMatch(/^http:\/\/chat\.example\/reset\/[\w-]{32}$/)
  })
})

describe('an account', () => {
  it('is switched off and on', async () => {
    const { post } = await begin()
    const off = await post('/accounts/alice/disable')
    expect([off.status, await off.json()]).toEqual([
      200,
      { account: expect.objectContaining({ id: aliceId, isDisabled: true }) },
    ])
    expect((await people.find(aliceId))?.isDisabled).toBe(true)
    expect(await (await post('/accounts/alice/enable')).json()).toMatchObject({ account: { isDisabled: false } })
    expect((await people.find(aliceId))?.isDisabled).toBe(false)
  })

  it('is deleted, and no other', async () => {
    const { post } = await begin()
    const answer = await post('/accounts/alice/delete')
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect((await people.list()).map(({ username }) => username)).toEqual(['bob'])
  })
})

describe('an invite', () => {
  it('lets one person in', async () => {
    const { url, post, admission } = await begin()
    const answer = await post('/invites')
    const { link, expiresAt } = await answer.json()
    expect([answer.status, expiresAt]).toEqual([201, '2030-01-22T12:00:00.000Z'])
    const base = `${url}/register?invite=`
    expect(link.startsWith(base)).toBe(true)
    expect(await admission.refusalOf(link.slice(base.length))).toBe(null)
  })

  it('is refused as a problem where nobody needs one', async () => {
    const { post } = await begin({}, 'open')
    const answer = await post('/invites')
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      409,
      'application/problem+json; charset=utf-8',
      { title: 'conflict', status: 409, code: 'conflict' },
    ])
  })
})

describe('who is not the operator', () => {
  it('is refused as a problem, and after too many attempts told when to come back', async () => {
    const { url } = await begin()
    const ask = () => fetch(`${url}/operator/accounts`)
    const [first, second] = [await ask(), await ask()]
    expect([first.status, await first.json()]).toEqual([
      401,
      { title: 'unauthenticated', status: 401, code: 'unauthenticated' },
    ])
    expect([second.status, second.headers.get('retry-after'), (await second.json()).code]).toEqual([
      429,
      '60',
      'rate_limited',
    ])
  })

  it.each([
    '/accounts/alice/delete',
    '/accounts/alice/disable',
    '/accounts/alice/reset-password',
    '/accounts',
    '/invites',
  ])('changes nothing at %s', async path => {
    const { url } = await begin()
    expect((await fetch(`${url}/operator${path}`, { method: 'POST' })).status).toBe(401)
    expect((await people.find(aliceId))?.isDisabled).toBe(false)
  })
})

it.each(['/accounts/nobody/reset-password', '/accounts/nobody/disable', '/accounts/nobody/delete'])(
  'nobody is found by the name of nobody: %s',
  async path => {
    const { post } = await begin()
    expect(await (await post(path)).json()).toEqual({ title: 'not_found', status: 404, code: 'not_found' })
  },
)

it('a fault is left to whoever answers faults', async () => {
  people.list = () => Promise.reject(new Error('a fault'))
  const { list } = await begin()
  expect(await (await list()).text()).toBe('passed on a fault')
})

it('every route is for the operator, and needs no token of a page', async () => {
  const { routes } = await begin()
  expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'get /operator/accounts',
    'post /operator/accounts',
    'get /operator/health',
    'get /operator/check',
    'post /operator/accounts/:name/reset-password',
    'post /operator/accounts/:name/disable',
    'post /operator/accounts/:name/enable',
    'post /operator/accounts/:name/delete',
    'post /operator/invites',
  ])
  for (const route of routes) expect(route).toMatchObject({ access: 'operator', needsToken: false })
})

it('there is no route at all without a token in the settings', async () => {
  const { list, routes } = await begin({ OPERATOR_TOKEN: '' })
  expect([routes, (await list()).status]).toEqual([[], 404])
})
