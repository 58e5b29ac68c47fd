import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { startOneServer } from '../support/test-server.js'

/** One server, since each node counts what it holds for itself. */
let server: Awaited<ReturnType<typeof startOneServer>>
beforeAll(async () => {
  server = await startOneServer()
})
afterAll(() => server.stop())

const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

/** A connection that has begun a request, with what it received. */
async function begin(words: string): Promise<{ socket: Socket; told: () => string }> {
  const socket = connect(Number(new URL(server.url).port), 'localhost')
  sockets.add(socket)
  let text = ''
  socket.on('data', data => {
    text += data
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(words)
  return { socket, told: () => text }
}

const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
const json = 'Content-Type: application/json\r\n'
const multipart = 'Content-Type: multipart/form-data; boundary=b\r\n'
const file = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
const long = `Content-Length: ${1_048_576}\r\n`
const chunked = 'Transfer-Encoding: chunked\r\n'
const head = (path: string, headers: string) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`
/** A chunk of this many bytes. */
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`
const last = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

describe('a body of over 8 kB before log-in is refused before it has come', () => {
  it.each([
    ['a log-in, by its length', '/login', form + long, 'email=a'],
    ['a log-in, by what comes', '/login', form + chunked, chunk(5000) + chunk(5000)],
    ['a log-in with a picture', '/login', multipart + long, file],
    ['a log-in at an address in capitals', '/LOGIN/', form + long, 'email=a'],
    ['a registration', '/register', form + long, 'email=a'],
    ['a new password', '/reset/token', form + long, 'newPassword=a'],
  ])('%s, gets 413 as a page', async (_what, path, headers, body) => {
    const { told } = await begin(head(path, headers) + body)
    await expect
      .poll(told)
      .toMatch(/^HTTP\/1\.1 413 [\s\S]*This is more than the server accepts at once[\s\S]*<\/html>/)
  })

  it.each([
    ['a log-in, by its length', '/api/auth/login', json + long, '{'],
    ['a log-in, by what comes', '/api/auth/login', json + chunked, chunk(5000) + chunk(5000)],
    ['a registration', '/api/auth/register', json + long, '{'],
  ])('%s, gets 413 as a problem', async (_what, path, headers, body) => {
    const { told } = await begin(head(path, headers) + body)
    await expect.poll(told).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"payload_too_large"/)
  })

  it('and one of 8 kB is read', async () => {
    const client = new HttpClient(server.url)
    const fields = { email: 'bob@example.com', password: 'password123', padding: 'x'.repeat(7900) }
    expect((await client.post('/login', fields)).status).toBe(303)
  })

  it('and a compressed one is not unpacked', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const response = await fetch(`${server.url}/api/auth/login`, { method: 'POST', headers, body: 'anything' })
    expect(response.status).toBe(415)
  })
})

describe('whatever else is posted without a session is answered from its headers', () => {
  it.each([
    ['a message', '/chats/room/messages', form + long, 'content=a', '/login?next=%2Fchats%2Froom'],
    ['a message in chunks', '/chats/room/messages', form + chunked, chunk(9), '/login?next=%2Fchats%2Froom'],
    ['a message with a picture', '/chats/room/messages', multipart + long, file, '/login?next=%2Fchats%2Froom'],
    ['a picture', '/chats/room/images', multipart + chunked, chunk(9), '/login?next=%2Fchats%2Froom'],
    ['settings', '/settings', form + long, 'theme=dark', '/login?next=%2Fsettings'],
    [
      'a new chat, by a made-up session',
      '/chats',
      `Cookie: sid-PORT=s%3Aa.b\r\n${form}${long}`,
      'a',
      '/login?next=%2Fchats',
    ],
    ['a log-out', '/logout', form + long, '_csrf=a', '/login?next=%2Fchats'],
    ['a form that is announced and does not come', '/chats', `Expect: 100-continue\r\n${form}${long}`, '', '/login'],
  ])('%s, gets the way to the log-in', async (_what, path, headers, body, way) => {
    const { told } = await begin(head(path, headers.replace('PORT', new URL(server.url).port)) + body)
    await expect.poll(told).toMatch(/HTTP\/1\.1 303 /)
    expect(told()).toContain(`\r\nLocation: ${way}`)
  })

  it.each([
    ['a message', '/api/chat/rooms/room/messages', json + long, '{'],
    [
      'a message, by a made-up token',
      '/api/chat/rooms/room/messages',
      `Authorization: Bearer a.b.c\r\n${json}${long}`,
      '{',
    ],
    ['a picture', '/api/images/upload', multipart + long, file],
    ['a log-out', '/api/auth/logout', json + chunked, chunk(9)],
  ])('%s of a program, gets 401', async (_what, path, headers, body) => {
    const { told } = await begin(head(path, headers) + body)
    await expect.poll(told).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"unauthenticated"/)
  })

  it('a form to nowhere, gets 404', async () => {
    const { told } = await begin(`${head('/nowhere', form + long)}a=b`)
    await expect.poll(told).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('and what still comes is read away: the next on its connection is served', async () => {
    const { socket, told } = await begin(head('/chats/room/messages', multipart + long) + file)
    await expect.poll(told).toMatch(/^HTTP\/1\.1 303 /)
    socket.write('x'.repeat(1_048_576 - file.length))
    socket.write(last)
    await once(socket, 'close')
    expect(told()).toContain('{"status":"ok"}')
  })

  it('and a member goes on posting forms of any kind', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const content = 'ä'.repeat(5000)
    expect((await ann.post(`${chat}/messages`, { content, nonce: 'n1' }, chat)).status).toBe(303)
    const body = new FormData()
    for (const [name, value] of Object.entries({ _csrf: await ann.token(chat), content: 'with a form', nonce: 'n2' })) {
      body.set(name, value)
    }
    expect((await ann.request('POST', `${chat}/messages`, { body })).status).toBe(303)
    const html = await (await ben.get(chat)).text()
    expect([html.includes(content), html.includes('with a form')]).toEqual([true, true])
  })
})

describe('bodies before log-in that are half read', () => {
  it('share one total: the oldest gives way, and a whole one is read', async () => {
    // Each is a byte short of its end.
    const words = `${head('/login', `${form}Content-Length: 8192\r\n`)}${'x'.repeat(8191)}`
    const held: Socket[] = []
    for (let count = 0; count < 600; count += 1) held.push((await begin(words)).socket)
    await expect.poll(() => held.filter(({ closed }) => closed).length).toBeGreaterThan(50)
    const open = held.map(({ closed }) => !closed)
    expect(open.lastIndexOf(false)).toBeLessThan(open.indexOf(true) + 100)
    expect((await new HttpClient(server.url).logIn('bob@example.com')).status).toBe(303)
  })

  it('count by what they cost: in a thousand parts more than in one', async () => {
    const words = head('/login', form + chunked) + chunk(1).repeat(8000)
    const held: Socket[] = []
    for (let count = 0; count < 60; count += 1) held.push((await begin(words)).socket)
    await expect.poll(() => held.filter(({ closed }) => closed).length).toBeGreaterThan(40)
    expect(held.at(-1)?.closed).toBe(false)
  })
})
