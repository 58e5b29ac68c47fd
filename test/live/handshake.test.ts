// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { newcomer, newPair } from '../support/crowd.js'
import { EventStream } from '../support/event-stream.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startOneServer, startTestServer } from '../support/test-server.js'

const program = 'ephemeral-chat.v1.json'
/** A page that is not dismissed within this time is accepted. */
const letInMs = 3000

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** How an attempt to connect ends: with the close code of a page, or the status of a program. */
async function attempt(path: string, headers: Record<string, string>, protocols: string[]): Promise<string> {
  const url = new URL(path, server.url)
  url.protocol = 'ws:'
  const socket = new WebSocket(url, protocols, { headers })
  socket.on('error', () => {})
  return new Promise(resolve => {
    let isOpen = false
    socket.on('open', () => {
      isOpen = true
      setTimeout(() => resolve('opened, and let in'), letInMs).unref()
    })
    socket.on('unexpected-response', (_request, response) => {
      resolve(`refused ${response.statusCode}`)
      response.destroy()
    })
    socket.on('close', code => resolve(`${isOpen ? 'opened' : 'not opened'}, closed ${code}`))
  })
}

async function attemptBoth(path: string, headers: Record<string, string>): Promise<string[]> {
  return [await attempt(path, headers, []), await attempt(path, headers, [program])]
}

describe('a socket is refused in a way that the other end understands', () => {
  it('when nobody is logged in', async () => {
    expect(await attemptBoth('/ws', {})).toEqual(['opened, closed 4401', 'refused 401'])
  })

  it('when a page brings a token in place of a session, which only programs may', async () => {
    const body = JSON.stringify({ email: 'bob@example.com', password: 'password123' })
    const headers = { 'content-type': 'application/json' }
    const { token } = await (await fetch(`${server.url}/api/auth/login`, { method: 'POST', headers, body })).json()
    const authorization = `Bearer ${token}`
    expect(await attempt('/ws', { authorization }, [])).toBe('opened, closed 4401')
    expect(await attempt('/ws', { authorization }, [program])).toBe('opened, and let in')
  })

  it('when the session is made up, unsigned or signed by others', async () => {
    const clients = [await newcomer(server.url), await newcomer(server.url)]
    const [mine, another] = clients.map(({ session }) => decodeURIComponent(session).split('.'))
    const name = clients[0]?.sessionName
    const [living, theirs] = [mine?.[0] ?? '', another?.[1] ?? '']
    expect(living).toMatch(/^s:[\w-]{20,}$/)
    expect(theirs.length).toBeGreaterThan(20)
    const madeUp = ['nonsense', 'abc', 's:abc.def', living.slice(2), living, `${living}.`, `${living}.${theirs}`]
    for (const sid of madeUp) {
      const cookie = `${name}=${encodeURIComponent(sid)}`
      expect([sid, await attemptBoth('/ws', { cookie })]).toEqual([sid, ['opened, closed 4401', 'refused 401']])
      expect([sid, (await new HttpClient(server.url).get('/chats', { headers: { cookie } })).status]).toEqual([
        sid,
        303,
      ])
    }
  })

  it('when a page of another site opens it, logged in or not', async () => {
    const { ann, room } = await newPair(server.url)
    for (const origin of ['https://evil.example', 'null', `${server.url}.evil.example`]) {
      const headers = { cookie: ann.cookieHeader, origin }
      expect(await attemptBoth(`/ws?room=${room}`, headers)).toEqual(['opened, closed 4403', 'refused 403'])
    }
  })

  it('when the room is of others, and just the same when it never was', async () => {
    const { room } = await newPair(server.url)
    const cookie = (await newcomer(server.url)).cookieHeader
    for (const id of [room, 'AAAAAAAAAAAAAAAAAAAAAA', '', '../..']) {
      const path = `/ws?room=${encodeURIComponent(id)}`
      expect(await attemptBoth(path, { cookie })).toEqual(['opened, closed 4404', 'refused 404'])
    }
  })

  it('when the address is another', async () => {
    expect(await attempt('/socket', {}, [])).toBe('refused 404')
  })

  it.each(['//', '//[', '/ws[', 'http://[/ws'])('when the address is %s, which may be none', async target => {
    const { hostname, port } = new URL(server.url)
    const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    const socket = connect(Number(port), hostname, () => socket.write(head))
    const [told] = await once(socket, 'data')
    socket.destroy()
    expect(String(told)).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('but not when our own page opens it', async () => {
    const { ann, room } = await newPair(server.url)
    const page = new LivePage(server.url, `/ws?room=${room}`, { cookie: ann.cookieHeader, origin: server.url })
    await page.operation('list')
    await page.close()
  })
})

describe('a frame', () => {
  const send = (page: LivePage, data: string | Buffer) => page.socket.send(data, { binary: typeof data !== 'string' })

  it.each([
    ['no JSON', 'hello'],
    ['JSON and no object', '[1]'],
    ['of an unknown type', '{"type":"room:destroy"}'],
    ['of an inherited type', '{"type":"constructor"}'],
    ['without what it needs', '{"type":"message:send","content":"no nonce"}'],
    ['with a field of another kind', '{"type":"message:send","content":{"a":1},"nonce":"n"}'],
    ['with a nonce that no client makes', '{"type":"message:send","content":"x","nonce":"#list"}'],
    ['of hundreds of fields', `{"type":"typing:start",${Array.from({ length: 130 }, (_, i) => `"k${i}":0`).join()}}`],
    ['of deep brackets', `{"type":"typing:start","x":${'['.repeat(300)}${']'.repeat(300)}}`],
    ['that pollutes', '{"__proto__":{"isAdmin":true},"type":"typing:start","roomId":4}'],
  ])('that is %s is not taken, and the socket lives', async (_kind, text) => {
    const { ann, ben, chat } = await newPair(server.url)
    const [page, other] = [await LivePage.open(server.url, ann, chat), await LivePage.open(server.url, ben, chat)]
    await page.operation('presence')
    page.forget()
    send(page, text)
    expect(await page.fence()).toEqual([])
    expect(await other.fence()).toEqual([])
  })

  it('that is the twentieth bad one closes with 4429', async () => {
    const page = await LivePage.open(server.url, await newcomer(server.url), '/chats')
    for (let index = 1; index < 20; index += 1) send(page, 'bad')
    await page.fence()
    send(page, 'bad')
    expect(await page.closed).toBe(4429)
  })

  it('of bytes closes with 1003', async () => {
    const page = await LivePage.open(server.url, await newcomer(server.url), '/chats')
    send(page, Buffer.from('{"type":"typing:start"}'))
    expect(await page.closed).toBe(1003)
  })

  it('may have 6 x MESSAGE_MAX_LENGTH + 4 KiB and not a byte more', async () => {
    const page = await LivePage.open(server.url, await newcomer(server.url), '/chats')
    const limit = 6 * 5000 + 4096
    send(page, 'x'.repeat(limit))
    await page.fence()
    send(page, 'x'.repeat(limit + 1))
    expect(await page.closed).toBe(1009)
  })

  it('in hundreds of pieces closes with 1008, though they are empty', async () => {
    const page = await LivePage.open(server.url, await newcomer(server.url), '/chats')
    for (let index = 0; index < 300; index += 1) page.socket.send('', { fin: false })
    expect(await page.closed).toBe(1008)
  })

  it('may hold a message of nothing but what stands between the parts of a frame', async () => {
    const { ann, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ann, chat)
    const content = '[{:,"\\'.repeat(500)
    send(page, JSON.stringify({ type: 'message:send', nonce: 'marks', content, headers: { 'HX-Request': 'true' } }))
    expect((await page.operation('list', 'beforeend')).html).toContain('[{:,&quot;\\'.repeat(500))
  })

  it('may hold a message whose every unit is escaped', async () => {
    const { ann, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ann, chat)
    send(page, `{"type":"message:send","nonce":"escaped","content":"${'\\u00e9'.repeat(5000)}"}`)
    expect((await page.operation('list', 'beforeend')).html).toContain('é'.repeat(5000))
  })
})

const visitorOf = ({ url }: { url: string }) => new HttpClient(url)

describe.concurrent('limits of a line', () => {
  it('holds back who is too fast, loses nothing of it, and closes with 4429 when it goes on', async () => {
    const slow = await startTestServer({ RATE_LIMIT_FRAMES: '5' })
    try {
      const page = await LivePage.open(slow.url, await newcomer(slow.url), '/chats')
      // Twelve frames at five a second: the last is read in the third second.
      const start = Date.now()
      for (let index = 0; index < 11; index += 1) page.say({ type: 'typing:stop', roomId: 'nowhere' })
      await page.fence()
      expect(Date.now() - start).toBeGreaterThan(1000)
      for (let index = 0; index < 100; index += 1) page.say({ type: 'typing:stop', roomId: 'nowhere' })
      expect(await page.closed).toBe(4429)
      expect(Date.now() - start).toBeGreaterThan(4000)
    } finally {
      await slow.stop()
    }
  })

  it('are its person’s as well: what they say over many at once waits, and none of it is lost', async () => {
    // Each node counts frames for itself.
    const slow = await startOneServer({ RATE_LIMIT_FRAMES: '5', RATE_LIMIT_MESSAGES: '1' })
    try {
      const [client, other] = [await newcomer(slow.url), await newcomer(slow.url)]
      const pages = await Promise.all(Array.from({ length: 6 }, () => LivePage.open(slow.url, client, '/chats')))
      const elsewhere = await LivePage.open(slow.url, other, '/chats')
      // Eleven frames a second for all: of the 24 and the fences before them, two seconds' worth are too many.
      const start = Date.now()
      for (const page of pages)
        for (let index = 0; index < 3; index += 1) page.say({ type: 'typing:stop', roomId: 'no' })
      const fences = Promise.all(pages.map(page => page.fence()))
      await elsewhere.fence()
      expect(Date.now() - start).toBeLessThan(1000)
      await fences
      expect(Date.now() - start).toBeGreaterThan(1000)
    } finally {
      await slow.stop()
    }
  })

  it.each(['ping', 'pong'] as const)('closes with 4429 who goes on with a %s that nobody asked for', async kind => {
    const page = await LivePage.open(server.url, await newcomer(server.url), '/chats')
    const start = Date.now()
    const flood = setInterval(() => {
      for (let index = 0; index < 100; index += 1) page.socket[kind]()
    }, 200)
    expect(await page.closed).toBe(4429)
    clearInterval(flood)
    expect(Date.now() - start).toBeGreaterThan(4000)
  })

  it('lets a person hold MAX_CONNECTIONS_PER_USER and one more only when one has gone', async () => {
    const small = await startTestServer({ MAX_CONNECTIONS_PER_USER: '2' })
    try {
      const client = await newcomer(small.url)
      const pages = [await LivePage.open(small.url, client, '/chats'), await LivePage.open(small.url, client, '/chats')]
      const third = new LivePage(small.url, '/ws', { cookie: client.cookieHeader })
      expect(await third.closed).toBe(4429)
      await pages[0]?.close()
      await LivePage.open(small.url, client, '/chats')
      const elsewhere = await LivePage.open(small.url, await newcomer(small.url), '/chats')
      expect(await elsewhere.fence()).toEqual([])
    } finally {
      await small.stop()
    }
  })

  it('ends sockets with 4401 at log-out, and none of another log-in of the same person', async () => {
    // A separate server: its first heartbeat, which ends expired sessions, is far away.
    const fresh = await startTestServer()
    try {
      const [alice, again, thief] = [await newcomer(fresh.url, 'twice-here'), visitorOf(fresh), visitorOf(fresh)]
      await again.logIn('twice-here@example.com', 'long enough 1')
      for (const [name, value] of alice.cookies) thief.cookies.set(name, value)
      const [first, second] = [
        await LivePage.open(fresh.url, alice, '/chats'),
        await LivePage.open(fresh.url, again, '/chats'),
      ]
      const start = Date.now()
      await alice.post('/logout', {}, '/chats')
      expect(await first.closed).toBe(4401)
      expect(Date.now() - start).toBeLessThan(5000)
      expect((await thief.get('/chats')).status).toBe(303)
      expect(await second.fence()).toEqual([])
    } finally {
      await fresh.stop()
    }
  })

  it('ends with 4401 at its next frame when the session is over', async () => {
    const brief = await startTestServer({ SESSION_TTL_MS: '2000' })
    try {
      const page = await LivePage.open(brief.url, await newcomer(brief.url), '/chats')
      await delay(2100)
      page.say({ type: 'typing:stop', roomId: 'nowhere' })
      expect(await page.closed).toBe(4401)
    } finally {
      await brief.stop()
    }
  })

  it('ends with 4401 within a second of the session when it only listens, be it a page, a program or a stream', async () => {
    const brief = await startTestServer({ SESSION_TTL_MS: '2000' })
    try {
      const { ann, chat } = await newPair(brief.url)
      const page = await LivePage.open(brief.url, ann, chat)
      const end = Date.now() + 2000
      const socket = new LivePage(brief.url, '/ws', { cookie: ann.cookieHeader }, [program])
      const stream = await EventStream.open(ann, '/chats/events')
      expect(await Promise.all([page.closed, socket.closed])).toEqual([4401, 4401])
      await stream.event(({ event, data }) => event === 'connection:close' && data === '4401')
      expect(Date.now() - end).toBeLessThan(1000)
      // Its end was no visit, which would have put off the end of the session.
      expect((await ann.get('/chats')).status).toBe(303)
    } finally {
      await brief.stop()
    }
  })

  it('goes on when a visit has put off the end of the session', async () => {
    const brief = await startTestServer({ SESSION_TTL_MS: '2000' })
    try {
      const { ann, chat } = await newPair(brief.url)
      const page = await LivePage.open(brief.url, ann, chat)
      await delay(1200)
      await ann.get('/chats')
      const end = Date.now() + 2000
      expect(await page.closed).toBe(4401)
      expect(end - Date.now()).toBeLessThan(200)
    } finally {
      await brief.stop()
    }
  })

  it('hears something every 15 seconds', async () => {
    const page = await LivePage.open(server.url, await newcomer(server.url), '/chats')
    const [data] = await once(page.socket, 'message')
    expect(String(data)).toBe('{}')
  })
})
