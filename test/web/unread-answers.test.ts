import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import express, { type ErrorRequestHandler } from 'express'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { newAccount } from '#src/accounts/account.js'
import { Answers } from '#src/http/answers.js'
import { Unread } from '#src/unread.js'
import { ApiClient } from '../support/api/api-client.js'
import { newPair } from '../support/crowd.js'
import { FakeClock } from '../support/fake-clock.js'
import type { HttpClient } from '../support/http-client.js'
import { getBytes, rawConnection } from '../support/raw-request.js'
import { startTestServer } from '../support/test-server.js'

/** So many messages of so many quotation marks, six bytes each in a page, are more than the system buffers. */
const messages = 20
const marks = 50_000
/** Less than two such pages, or one and its messages as JSON. */
const mostUnreadMb = 7

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({
    RATE_LIMIT_API: '1000',
    RATE_LIMIT_MESSAGES: '1000',
    MESSAGE_MAX_LENGTH: String(marks),
    MAX_UNREAD_MB: String(mostUnreadMb),
    METRICS_TOKEN: 'a-token-of-the-test',
  })
})
afterAll(() => server.stop())

/** Two people, one of them by a program too, and their chat, whose page has six megabytes. */
async function fullRoom() {
  const people = await newPair(server.url)
  const api = await ApiClient.connect(server.url)
  await api.logIn(`${people.annName}@example.com`, 'long enough 1')
  const path = `/chat/rooms/${people.room}/messages`
  for (let index = 0; index < messages; index += 1) {
    await api.post(path, { content: '"'.repeat(marks), nonce: `n${index}` })
  }
  return { ...people, api, path }
}

/** Asks for a page, uncompressed. */
async function ask(client: HttpClient, path: string) {
  const socket = await rawConnection(server.url)
  socket.write(getBytes(client.cookieHeader, path))
  return socket
}

async function countCut(): Promise<number> {
  const headers = { authorization: 'Bearer a-token-of-the-test' }
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text()
  return Number(/reason="unread"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0)
}

describe('what waits for one person', { timeout: 30_000 }, () => {
  it('is one page that they do not read: another gets 429 with Retry-After, as do its messages by the API, and the other person both', async () => {
    const { ann, ben, api, chat, path } = await fullRoom()
    const unread = await ask(ann, chat)
    await once(unread, 'readable')
    const refused = await ann.get(chat)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
    expect(await refused.text()).toContain('<h1')
    const problem = await api.get(path)
    expect([problem.status, problem.body.code]).toEqual([429, 'rate_limited'])
    expect((await ben.get(chat)).status).toBe(200)
    unread.destroy()
    await expect.poll(async () => (await ann.get(chat)).status).toBe(200)
  })

  it('is one catch-up of three: the connection furthest behind is cut, and the last comes whole', async () => {
    const { ann, ben, chat, room } = await fullRoom()
    const address = `${server.url.replace('http', 'ws')}/ws?room=${room}`
    const sockets = [1, 2, 3].map(() => new WebSocket(address, { headers: { cookie: ann.cookieHeader } }))
    const outcomes = sockets.map(socket => {
      socket.on('error', () => {}).once('open', () => socket.pause())
      return Promise.race([once(socket, 'close').then(() => 'cut'), once(socket, 'message').then(() => 'whole')])
    })
    await expect.poll(countCut, { timeout: 9000 }).toBe(2)
    expect((await ben.get(chat)).status).toBe(200)
    for (const socket of sockets) socket.resume()
    expect((await Promise.all(outcomes)).sort()).toEqual(['cut', 'cut', 'whole'])
    for (const socket of sockets) socket.terminate()
  })
})

describe('a long answer', () => {
  const mebibyte = 1_048_576
  const text = 'é'.repeat(20 * mebibyte)
  let http: Server
  let clock: FakeClock
  let socket: Socket
  /** The server's end of it. */
  let connection: Socket
  let parts: Buffer[]
  beforeAll(async () => {
    clock = new FakeClock()
    const answers = new Answers(clock, new Unread(200 * mebibyte))
    const app = express().use(answers.watch, answers.hold)
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(503).json(error)
    app.get('/strangers', (_request, response) => void response.send(text))
    app.get('/short', (_request, response) => void response.send('short'))
    app.use((request, _response, next) => {
      request.account = newAccount({ id: 'ann', username: 'ann', email: 'ann', passwordHash: '', createdAt: 1 })
      next()
    })
    app.get('/', (_request, response) => void response.send(text))
    app.get('/stream', (_request, response) => void response.type('text/event-stream').write('x'.repeat(mebibyte * 20)))
    app.use(refuse)
    http = app.listen(0, 'localhost')
    await once(http, 'listening')
  })
  afterAll(() => http.close())

  async function begin(...paths: string[]) {
    const address = http.address()
    socket = await rawConnection(`http://localhost:${typeof address === 'object' ? address?.port : ''}`)
    parts = []
    socket.on('data', part => parts.push(part)).pause()
    socket.write(getBytes('', ...paths))
    const [request] = await once(http, 'request')
    connection = request.socket
    // What the system buffers is filled.
    await new Promise(resolve => setTimeout(resolve, 100))
  }

  /** Reads so many bytes more. */
  async function read(bytes: number) {
    const goal = socket.bytesRead + bytes
    socket.resume()
    while (socket.bytesRead < goal && !socket.closed) await nextTurn()
    socket.pause()
  }

  it.each([
    ['of which nothing is read', ['/']],
    ['that waits behind one of which nothing is read', ['/', '/']],
    ['that waits behind a stream that goes on', ['/stream', '/']],
  ])('%s is cut after ten seconds', async (_kind, paths) => {
    await begin(...paths)
    const closed = once(socket, 'close')
    await clock.advance(9000)
    await read(1)
    expect(socket.closed).toBe(false)
    await clock.advance(12_000)
    socket.resume()
    await closed
    expect(Buffer.concat(parts).length).toBeLessThan(40 * mebibyte)
  })

  it('that is read at less than a kilobyte a second is cut after half a minute', async () => {
    await begin('/')
    const closed = once(socket, 'close')
    // No system takes so little at a time as a reader may over a real line.
    let taken = connection.bytesWritten
    Object.defineProperty(connection, 'bytesWritten', { get: () => taken })
    for (let times = 0; times < 3; times += 1) {
      await clock.advance(9000)
      expect(socket.closed).toBe(false)
      taken += 9000
    }
    await clock.advance(9000)
    socket.resume()
    await closed
    expect(Buffer.concat(parts).length).toBeLessThan(40 * mebibyte)
  })

  it('that is not out after a minute is cut, however steadily it is read: it may tell what has vanished', async () => {
    await begin('/')
    const closed = once(socket, 'close')
    for (let times = 0; times < 7; times += 1) {
      expect(socket.closed).toBe(false)
      await clock.advance(8900)
      await read(3 * mebibyte)
    }
    socket.resume()
    await closed
    expect(Buffer.concat(parts).length).toBeLessThan(40 * mebibyte)
  })

  it('that strangers do not read leaves no room for another, but for short ones, until it is over', async () => {
    await begin('/strangers')
    const address = http.address()
    const base = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
    const refused = await fetch(`${base}/strangers`)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'server_busy', retryAfterMs: 10_000 }])
    expect((await fetch(`${base}/short`)).status).toBe(200)
    socket.destroy()
    const ask = async () => {
      const answer = await fetch(`${base}/strangers`)
      await answer.body?.cancel()
      return answer.status
    }
    await expect.poll(ask).toBe(200)
  })

  it('is measured once: that of many megabytes takes milliseconds', async () => {
    const measured = vi.spyOn(Buffer, 'byteLength')
    await begin('/')
    expect(measured.mock.calls.filter(([measuredText]) => measuredText === text)).toHaveLength(1)
    measured.mockRestore()
    socket.destroy()
  })

  it('that is read slowly and steadily comes whole, torn in no character', async () => {
    await begin('/')
    for (let times = 0; times < 4; times += 1) {
      await clock.advance(9000)
      await read(5 * mebibyte)
    }
    await read(20 * mebibyte + 1)
    const [head = '', body] = Buffer.concat(parts).toString().split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 41943040/i)
    expect(body === text).toBe(true)
    socket.destroy()
  })
})
