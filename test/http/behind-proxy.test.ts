import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { foreignPages, ownPages } from '../field/proxies.js'
import { freePort } from '../support/free-port.js'
import { type ChangeHeaders, startHeaderProxy } from '../support/header-proxy.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { ServerProcess } from '../support/server-process.js'
import { startTestServer } from '../support/test-server.js'

const right = { email: 'bob@example.com', password: 'password123' }

/** What the three doors answer to a page at `origin`: a form, the API by the session's cookie, a socket. */
async function knock(base: string, origin: string, client = new HttpClient(base)) {
  const init = { headers: { origin } }
  // The log-in has no form for whoever is logged in, but takes the token of another one.
  const form = await client.post('/login', right, client.session === '' ? '/login' : '/chats', init)
  const api = await client.get('/api/users', init)
  const live = new LivePage(base, '/ws', { cookie: client.cookieHeader, origin })
  const socket = await Promise.race([live.fence().then(() => 'open'), live.closed])
  live.socket.terminate()
  return { form: form.status, api: api.status, socket, cookies: form.headers.getSetCookie() }
}

/** The lines of the log that advise how to mend something. */
const adviceIn = ({ output }: ServerProcess) =>
  output
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
    .filter(({ level }) => level === 'warn')

/** The address of a proxy with other headers, which is there until the test is over. */
async function proxyBefore(target: string, change: ChangeHeaders): Promise<string> {
  const { url, stop } = await startHeaderProxy(target, { change })
  onTestFinished(stop)
  return url
}

async function startProcess(env: Record<string, string>, change: ChangeHeaders) {
  // With PUBLIC_URL it does not print its port.
  const port = await freePort()
  const server = new ServerProcess({ PORT: String(port), MAX_CONNECTIONS: '100', ...env })
  onTestFinished(() => server.stop())
  await server.address()
  return { server, base: await proxyBefore(`http://localhost:${port}`, change) }
}

describe('with PUBLIC_URL https, log-in works', () => {
  const proxies: [string, ChangeHeaders, RegExp][] = [
    ['sends no X-Forwarded-Proto', headers => headers, /without X-Forwarded-Proto/],
    ['says http', headers => ({ ...headers, 'x-forwarded-proto': 'http' }), /contradicts PUBLIC_URL/],
  ]
  it.each(proxies)('behind a proxy that %s, which the log says once', async (_what, change, words) => {
    const env = { PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '1' }
    const { server, base } = await startProcess(env, headers =>
      change({ ...headers, 'x-forwarded-for': '203.0.113.7' }),
    )
    for (let time = 0; time < 2; time += 1) {
      const { cookies, ...answers } = await knock(base, 'https://chat.example')
      expect(answers).toEqual({ form: 303, api: 200, socket: 'open' })
      expect(cookies).toEqual([expect.stringMatching(/^__Host-sid=.*; Secure/)])
    }
    expect(adviceIn(server)).toMatchObject([{ msg: expect.stringMatching(words), publicUrl: 'https://chat.example' }])
  })
})

describe('wrong passwords are limited behind a proxy', () => {
  const proxies: [string, (count: number) => string][] = [
    ['that writes addresses alone', () => '203.0.113.7'],
    ['that appends the port', count => `203.0.113.7:${61_000 + count}`],
    [
      'that appends the port, behind what the visitor made up',
      count => `198.51.100.${count}, 203.0.113.7:${61_000 + count}`,
    ],
    ['that appends the port to IPv6 in brackets', count => `[2001:db8::7]:${61_000 + count}`],
    ['that appends the port to IPv6 without brackets', count => `2001:db8::7:${61_000 + count}`],
    ['that writes IPv4 as IPv6, with the port', count => `[::ffff:203.0.113.7]:${61_000 + count}`],
    ['that names the zone', count => `[fe80::7%eth${count}]:443`],
    ['for a visitor who has a network of IPv6', count => `[2001:db8::${count + 1}]:443`],
    ['that leaves empty parts', count => `, ,203.0.113.7:${61_000 + count}, `],
    ['that writes no address', count => `unknown:${count}`],
  ]
  it.each(proxies)('%s', async (_what, written) => {
    const server = await startTestServer({ TRUST_PROXY: '1', RATE_LIMIT_AUTH: '3' })
    onTestFinished(() => server.stop())
    let count = 0
    const change: ChangeHeaders = headers => ({ ...headers, 'x-forwarded-for': written(count) })
    const client = new HttpClient(await proxyBefore(server.url, change))
    const statuses: number[] = []
    for (; count < 5; count += 1) statuses.push((await client.logIn(right.email, 'wrong wrong')).status)
    expect(statuses).toEqual([422, 422, 422, 429, 429])
  })

  it('address by address', async () => {
    const server = await startTestServer({ TRUST_PROXY: '1', RATE_LIMIT_AUTH: '1' })
    onTestFinished(() => server.stop())
    for (const address of ['203.0.113.7:1', '203.0.113.8:1', '[2001:db8:1::7]:1', '[2001:db8:2::7]:1']) {
      const change: ChangeHeaders = headers => ({ ...headers, 'x-forwarded-for': address })
      const client = new HttpClient(await proxyBefore(server.url, change))
      expect([address, (await client.logIn(right.email, 'wrong wrong')).status]).toEqual([address, 422])
    }
  })
})

describe('without PUBLIC_URL', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>
  let member: HttpClient
  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMIT_API: '1000' })
    member = new HttpClient(server.url)
    await member.logIn(right.email)
  })
  afterAll(() => server.stop())

  it.each(ownPages)(
    'forms, API and sockets of a page at %s pass where a proxy sends Host: %s',
    async (origin, host) => {
      const base = await proxyBefore(server.url, headers => ({ ...headers, host }))
      expect(await knock(base, origin)).toMatchObject({ form: 303, api: 200, socket: 'open' })
    },
  )

  it.each(foreignPages)('forms, API and sockets of %s are refused: %s for Host: %j', async (_what, origin, host) => {
    const base = await proxyBefore(server.url, headers => ({ ...headers, host }))
    const client = new HttpClient(base, member.cookies)
    expect(client.session).not.toBe('')
    expect(await knock(base, origin, client)).toMatchObject({ form: 403, api: 403, socket: 4403 })
  })

  it('the log says once how to mend a proxy that sends the host without its port', async () => {
    const { server: logging, base } = await startProcess({}, headers => ({ ...headers, host: 'chat.lan' }))
    for (let time = 0; time < 2; time += 1) {
      expect(await knock(base, 'http://chat.lan:8080')).toMatchObject({ form: 403, api: 403, socket: 4403 })
    }
    expect(adviceIn(logging)).toMatchObject([
      { msg: expect.stringMatching(/PUBLIC_URL.*\$http_host/), origin: 'http://chat.lan:8080', host: 'chat.lan' },
    ])
  })
})

describe('two servers on one host', () => {
  it('do not log each other out, nor spoil each other’s forms', async () => {
    const servers = [await startTestServer(), await startTestServer()]
    onTestFinished(async () => void (await Promise.all(servers.map(server => server.stop()))))
    // A browser sends its cookies to every port of a host.
    const cookies = new Map<string, string>()
    const clients = servers.map(({ url }) => new HttpClient(url, cookies))
    const tokens = await Promise.all(clients.map(client => client.token('/login')))
    for (const [index, client] of clients.entries()) {
      const body = new URLSearchParams({ ...right, _csrf: tokens[index] ?? '' })
      expect((await client.request('POST', '/login', { body })).status).toBe(303)
    }
    for (const client of clients) expect((await client.get('/chats')).status).toBe(200)
    for (const { url } of servers) {
      const live = new LivePage(url, '/ws', { cookie: clients[0]?.cookieHeader ?? '' })
      await live.fence()
      live.socket.terminate()
    }
  })
})
