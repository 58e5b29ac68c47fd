// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRoute } from '#src/http/routes.js'
import { idOf, newcomer } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { rawConnection } from '../support/raw-request.js'
import { startTestServer } from '../support/test-server.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/**
 * Every route, who may enter it, and whether a limit on requests counts it. Whoever adds one says so here, and of a form whether a double click must
 * be worked on once, as it creates or uses up something (`test/field/double-clicks.ts` has the others).
 */
const known = [
  'get /: anyone',
  'get /api/auth/me: member',
  'get /api/chat/rooms/:roomId/messages: member',
  'get /api/chat/rooms: member',
  'get /api/chat/stats: member or operator',
  'get /api/docs: anyone, uncounted',
  'get /api/images/:filename: member, light',
  'get /api/openapi.json: anyone, uncounted',
  'get /api/users/search: member',
  'get /api/users: member',
  'get /chats/:room/end: member',
  'get /chats/:room/events: member, uncounted',
  'get /chats/:room/frame: member',
  'get /chats/:room/seen: member, light',
  'get /chats/:room: member',
  'get /chats/events: member, uncounted',
  'get /chats/present: member, light',
  'get /chats/unread: member, light',
  'get /chats: member',
  'get /favicon.ico: anyone, light',
  'get /health/ready: anyone, uncounted',
  'get /health: anyone, uncounted',
  'get /images/:id/still: member, light',
  'get /images/:id: member, light',
  'get /invites: member',
  'get /login: guest',
  'get /manifest.webmanifest: anyone, light',
  'get /metrics: operator, uncounted',
  'get /operator/accounts: operator, uncounted',
  'get /operator/check: operator, uncounted',
  'get /operator/health: operator, uncounted',
  'get /people/:person/block: member',
  'get /people: member',
  'get /register: guest',
  'get /reset/:token: guest',
  'get /service-worker.js: anyone, light',
  'get /settings/accessibility: member',
  'get /settings/account: member',
  'get /settings/notifications: member',
  'get /settings/privacy: member',
  'get /settings: member',
  'get /static/*file: anyone, light',
  'post /api/auth/login: guest, uncounted, without token',
  'post /api/auth/logout: member',
  'post /api/auth/register: guest, uncounted, without token',
  'post /api/chat/rooms/:roomId/messages: member',
  'post /api/chat/rooms: member',
  'post /api/images/upload: member, multipart',
  'post /chats/:room/dismiss: member',
  'post /chats/:room/end: member, once',
  'post /chats/:room/erase: member',
  'post /chats/:room/frames: member, light',
  'post /chats/:room/images: member, multipart',
  'post /chats/:room/keep: member',
  'post /chats/:room/lifetime: member',
  'post /chats/:room/messages/:message/unsend: member, once',
  'post /chats/:room/messages: member, multipart',
  'post /chats/:room/updates: member',
  'post /chats/frames: member, light',
  'post /chats: member',
  'post /invites: member, once',
  'post /login: guest, once',
  'post /logout: member, once',
  'post /operator/accounts/:name/delete: operator, uncounted, without token',
  'post /operator/accounts/:name/disable: operator, uncounted, without token',
  'post /operator/accounts/:name/enable: operator, uncounted, without token',
  'post /operator/accounts/:name/reset-password: operator, uncounted, without token',
  'post /operator/accounts: operator, uncounted, without token',
  'post /operator/invites: operator, uncounted, without token',
  'post /people/:person/block: member',
  'post /people/:person/unblock: member',
  'post /register: guest, once',
  'post /reset/:token: guest, once',
  'post /settings/accessibility: member',
  'post /settings/account: member',
  'post /settings/delete: member, once',
  'post /settings/devices/leave: member',
  'post /settings/devices/move: member',
  'post /settings/devices/remove: member',
  'post /settings/devices: member',
  'post /settings/notifications: member',
  'post /settings/password: member, once',
  'post /settings/privacy: member',
  'post /settings/sessions: member, once',
  'post /settings/zone: member, light',
  'post /settings: member',
]

let server: Awaited<ReturnType<typeof startTestServer>>
let member: HttpClient
let memberToken = ''
/** What stands in addresses in place of parameters: what is really there, so that nothing is refused for want of it. */
let parts: Record<string, string> = {}
beforeAll(async () => {
  server = await startTestServer({
    OPERATOR_TOKEN: operatorToken,
    METRICS_TOKEN: `${operatorToken}m`,
    RATE_LIMIT_API: '1000000',
    // Wrong tokens of the operator count against an address, so each request says that it comes from another one.
    TRUST_PROXY: '1',
  })
  member = await newcomer(server.url, 'member')
  const answer = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'member@example.com', password: 'long enough 1' }),
  })
  memberToken = (await answer.json()).token
  await newcomer(server.url, 'other')
  const reset = await fetch(`${server.url}/operator/accounts/member/reset-password`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}` },
  })
  const chat = await member.openChat(await idOf(member, 'other'))
  parts = {
    file: 'build/none',
    room: chat.slice('/chats/'.length),
    roomId: chat.slice('/chats/'.length),
    token: (await reset.json()).link.split('/').at(-1),
  }
})
afterAll(() => server.stop())

const isOfApi = ({ path }: DeclaredRoute) => path.startsWith('/api/')
const addressOf = ({ path }: DeclaredRoute) =>
  path.replace(/[:*](\w+)/g, (_, name: string) => parts[name] ?? 'AAAAAAAAAAAAAAAAAAAAAA')
const nameOf = (route: DeclaredRoute) => `${route.method} ${route.path}`
const routesWith = (test: (route: DeclaredRoute) => boolean) => server.routes.filter(test)

/** What each route answers with, by its name. */
async function askAll(
  routes: readonly DeclaredRoute[],
  ask: (route: DeclaredRoute) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  expect(routes.length).toBeGreaterThan(0)
  const answers: Record<string, unknown> = {}
  for (const route of routes) answers[nameOf(route)] = await ask(route)
  return answers
}

const allAre = (routes: readonly DeclaredRoute[], expected: (route: DeclaredRoute) => unknown) =>
  Object.fromEntries(routes.map(route => [nameOf(route), expected(route)]))

const statusOf = async (client: HttpClient, { method }: DeclaredRoute, address: string, init?: RequestInit) =>
  (await client.request(method.toUpperCase(), address, init)).status

/** Announces a long body, sends none of it, and tells the status of what is answered all the same. */
async function announce(route: DeclaredRoute, headers = ''): Promise<number> {
  const socket = await rawConnection(server.url)
  const type = isOfApi(route) && !route.body ? 'application/json' : 'application/x-www-form-urlencoded'
  const kind = isOfApi(route) && route.body ? 'multipart/form-data; boundary=b' : type
  socket.write(
    `POST ${addressOf(route)} HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Type: ${kind}\r\nContent-Length: 100000\r\n\r\n`,
  )
  const [told] = await once(socket, 'data', { signal: AbortSignal.timeout(10_000) })
  socket.destroy()
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String(told))?.[1])
}

const limitWords = { requests: '', lightRequests: ', light', none: ', uncounted' }

describe('every route', () => {
  it('is one of these, and lets in whom it is said to', () => {
    const declared = server.routes.map(route => {
      const { access, limit, needsToken, method, body, repeats } = route
      const token = method === 'post' && !needsToken ? ', without token' : ''
      const more = limitWords[limit] + token + (body ? ', multipart' : '') + (repeats ? ', once' : '')
      return `${nameOf(route)}: ${access}${more}`
    })
    expect(declared.sort()).toEqual(known)
  })

  it('of members sends strangers to the log-in, or refuses programs with 401, and reads nothing of theirs', async () => {
    const routes = routesWith(({ access }) => access === 'member' || access === 'member or operator')
    const expected = allAre(routes, route => (isOfApi(route) || /\/(events|unread)$/.test(route.path) ? 401 : 303))
    const stranger = new HttpClient(server.url)
    const ask = (route: DeclaredRoute) =>
      route.method === 'post' ? announce(route) : statusOf(stranger, route, addressOf(route))
    expect(await askAll(routes, ask)).toEqual(expected)
  })

  it('of guests reads little of a stranger’s body', async () => {
    const routes = routesWith(({ access, method }) => access === 'guest' && method === 'post')
    expect(await askAll(routes, route => announce(route))).toEqual(allAre(routes, () => 413))
  })

  it('of anyone answers without a log-in, and by reading alone', async () => {
    const routes = routesWith(({ access }) => access === 'anyone')
    expect(new Set(routes.map(({ method }) => method))).toEqual(new Set(['get']))
    const answers = await askAll(routes, route => statusOf(new HttpClient(server.url), route, addressOf(route)))
    for (const [name, status] of Object.entries(answers))
      expect([name, [200, 303, 404].includes(Number(status))]).toEqual([name, true])
  })

  it('that changes something refuses a member’s session without the token with 403', async () => {
    const routes = routesWith(({ method, needsToken }) => method === 'post' && needsToken)
    const ask = (route: DeclaredRoute) =>
      statusOf(member, route, addressOf(route), isOfApi(route) ? {} : { body: new URLSearchParams({ a: 'b' }) })
    expect(await askAll(routes, ask)).toEqual(allAre(routes, () => 403))
  })

  it('that asks for no token is a guest’s of the API, who brings no cookie, or the operator’s', () => {
    const routes = routesWith(({ method, needsToken }) => method === 'post' && !needsToken)
    for (const route of routes)
      expect([nameOf(route), route.access]).toEqual([nameOf(route), isOfApi(route) ? 'guest' : 'operator'])
  })

  it('of the operator refuses strangers, members by session and members by token with 401', async () => {
    const routes = routesWith(({ access }) => access === 'operator')
    let count = 0
    const headers = (more: Record<string, string> = {}) => {
      count += 1
      return { headers: { 'x-forwarded-for': `192.0.2.${count}`, ...more } }
    }
    const stranger = new HttpClient(server.url)
    const ask = async (route: DeclaredRoute) => [
      await statusOf(stranger, route, addressOf(route), headers()),
      await statusOf(member, route, addressOf(route), headers()),
      await statusOf(stranger, route, addressOf(route), headers({ authorization: `Bearer ${memberToken}` })),
    ]
    expect(await askAll(routes, ask)).toEqual(allAre(routes, () => [401, 401, 401]))
  })

  it('answers every other method with 405 and what is allowed, strangers and members alike', async () => {
    const allowedAt = new Map<string, string[]>()
    for (const { path, method } of server.routes) {
      allowedAt.set(path, [...(allowedAt.get(path) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : ['POST'])])
    }
    const ask = async (route: DeclaredRoute) => {
      const allowed = allowedAt.get(route.path) ?? []
      const wrong = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(method => !allowed.includes(method))
      const answers = []
      for (const client of [new HttpClient(server.url), member]) {
        // What a stranger posts is refused as theirs, wherever it goes.
        for (const method of wrong.filter(each => client === member || each !== 'POST')) {
          const { status, headers } = await client.request(method, addressOf(route))
          answers.push(`${method} ${status} ${headers.get('allow')}`)
        }
      }
      return new Set(answers)
    }
    const expected = (route: DeclaredRoute) => {
      const allowed = allowedAt.get(route.path) ?? []
      const wrong = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(method => !allowed.includes(method))
      return new Set(wrong.map(method => `${method} 405 ${allowed.join(', ')}`))
    }
    expect(await askAll(server.routes, ask)).toEqual(allAre(server.routes, expected))
  })
  it.each([
    ['/people', 303],
    ['/chats/none', 303],
    ['/api/users', 401],
    ['/api/openapi.json', 401],
  ])('that takes no forms has a stranger log in first: %s', async (path, status) => {
    const told = await new HttpClient(server.url).request('POST', path, { body: new URLSearchParams({ a: 'b' }) })
    expect([told.status, (await member.request('POST', path)).status]).toEqual([status, 405])
    expect((await new HttpClient(server.url).request('GET', path)).status).not.toBe(405)
  })
})
