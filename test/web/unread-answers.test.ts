import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { ApiClient } from '../support/api/api-client.js'
import { newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { getBytes, rawConnection } from '../support/raw-request.js'
import { startOneServer } from '../support/test-server.js'

/** So many messages of so many quotation marks, six bytes each in a page, are more than the system buffers. */
const messages = 20
const marks = 50_000
/** Less than two such pages, or one and its messages as JSON. */
const mostUnreadMb = 7

/** One server, since each node counts what it holds for itself. */
let server: Awaited<ReturnType<typeof startOneServer>>
beforeAll(async () => {
  server = await startOneServer({
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

/** Requests a page, uncompressed. */
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
    await expect.poll(async () => (await ann.get(chat)).status, { timeout: 9000 }).toBe(200)
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
