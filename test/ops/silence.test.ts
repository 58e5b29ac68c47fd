import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf } from '../support/live-page.js'
import { ServerProcess } from '../support/server-process.js'

const secret = randomBytes(32).toString('base64url')
let server: ServerProcess
let base: string
beforeAll(async () => {
  server = new ServerProcess({ LOG_LEVEL: 'trace', SESSION_SECRET: secret })
  base = await server.address()
})
afterAll(() => server.stop())

const marker = 'marker-7c1f'

it('writes a line for each request, and nothing of what people wrote, are or hold', async () => {
  const { ann, ben, annName, benName, chat, room } = await newPair(base)
  const page = await LivePage.open(base, ann, chat)
  const other = await LivePage.open(base, ben, chat)
  const secrets = [secret, marker, room, 'long enough 1', '@example.com', annName, benName, await idOf(ann, benName)]
  // Where they come from, and with what.
  secrets.push('127.0.0.1', 'user-agent-of-ann')

  page.say({ type: 'message:send', content: `${marker} by socket`, nonce: 'nonce-by-socket' })
  const id = messageIdOf(await other.operation('list', 'beforeend'))
  other.say({ type: 'message:status', messageId: id, status: 'seen' })
  page.socket.send(`{"type":"${marker}"`)
  page.socket.send(`{"type":"message:send","content":"${marker}"}`)
  await page.fence()
  secrets.push(id, 'nonce-by-socket', 'fence-')

  await ann.post(`${chat}/messages`, { content: `${marker} by form`, nonce: 'nonce-by-form' }, chat)
  await ann.post(`${chat}/messages`, { content: `${marker} \u0000`, nonce: 'nonce-refused' }, chat)
  await ann.post(`${chat}/messages`, { _csrf: marker, content: marker }, chat)
  await ann.request('POST', `${chat}/messages`, {
    body: `{"${marker}"`,
    headers: { 'content-type': 'application/json' },
  })
  await ann.request('POST', `${chat}/messages`, {
    body: 'x'.repeat(3_000_000),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  await ann.get(`/people?q=${marker}`, { headers: { 'user-agent': 'user-agent-of-ann' } })
  await ann.get(`/${marker}?${marker}=${marker}`)
  await ann.get(`/chats/${marker}`)
  await ann.get('/chats/%E0%A4%A')
  await ann.request('DELETE', chat)
  secrets.push('nonce-by-form', 'nonce-refused')

  const visitor = new HttpClient(base)
  await visitor.logIn(`${marker}@example.com`, `${marker} password`)
  await visitor.post('/register', { username: marker, email: marker, password: marker })
  const refused = new LivePage(base, `/ws?room=${room}`, { cookie: `sid-${new URL(base).port}=${marker}` })
  expect(await refused.closed).toBe(4401)
  secrets.push(...ann.cookies.values(), ...visitor.cookies.values(), await ann.token('/chats'))

  page.socket.send(Buffer.from(marker))
  expect(await page.closed).toBe(1003)
  await ann.post(`${chat}/end`, {}, `${chat}/end`)
  await other.operation('gone')
  const last = await ben.post('/logout', {}, '/chats')
  const lastId = last.headers.get('x-request-id') ?? ''
  while (!server.output.includes(lastId)) await once(server.child.stdout ?? server.child, 'data')

  const lines = server.output.split('\n').filter(line => line.startsWith('{'))
  expect(lines.length).toBeGreaterThan(30)
  const routes = new Set(lines.map((line): unknown => JSON.parse(line).route))
  for (const route of ['/login', '/chats/:room', '/chats/:room/messages', '/chats/:room/end', 'none']) {
    expect(routes).toContain(route)
  }
  const said = lines.join('\n')
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(4)
    expect(said).not.toContain(secret)
    expect(said).not.toContain(decodeURIComponent(secret))
  }
  expect(lines.map((line): unknown => JSON.parse(line).level)).not.toContain('error')
})
