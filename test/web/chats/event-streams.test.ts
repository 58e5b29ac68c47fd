import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../../support/crowd.js'
import { EventStream } from '../../support/event-stream.js'
import { HttpClient } from '../../support/http-client.js'
import { getBytes, rawConnection } from '../../support/raw-request.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const asPage = { headers: { 'hx-request': 'true' } }
const stateOf = async (client: HttpClient, path: string) =>
  /[?&](?:amp;)?state=([^"&]+)"/.exec(await (await client.get(path)).text())?.[1] ?? expect.fail()
const codeOf = (text: string) => /event: connection:close\ndata: (\d+)\n\n$/.exec(text)?.[1]

describe('a stream of events', () => {
  it('brings to the page of a chat what the other writes', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const stream = await EventStream.open(ann, `${chat}/events?state=${await stateOf(ann, chat)}`)
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    await ben.post(`${chat}/messages`, { content: 'over the stream', nonce: 'n' }, chat)
    const { data, id } = await stream.event(event => event.data.includes('over the stream'))
    expect(data).toContain('id="list" hx-swap="beforeend"')
    expect(id).toMatch(/^[\w-]+\.[\w-]+\.\d+\./)
    stream.close()
  })

  it('brings to the list of chats its items, and no message', async () => {
    const { ann, ben, chat, room } = await newPair(server.url)
    const stream = await EventStream.open(ann, `/chats/events?state=${await stateOf(ann, '/chats')}`)
    await ben.post(`${chat}/messages`, { content: 'over the stream', nonce: 'n' }, chat)
    const { data } = await stream.event(event => event.data.includes('over the stream'))
    expect(data).toContain(`id="c-${room}"`)
    expect(data).not.toContain('id="list"')
    stream.close()
  })

  it('is opened, and is no fault of the server, where the address that was asked for is no URL', async () => {
    const { ann } = await newPair(server.url)
    const connection = await rawConnection(server.url)
    connection.write(getBytes(ann.cookieHeader, 'http://localhost:99999/chats/events'))
    const [head] = await once(connection, 'data')
    expect(String(head)).toContain('HTTP/1.1 200')
    connection.destroy()
  })

  it('catches a page up by the state in its address', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const state = await stateOf(ann, chat)
    await ben.post(`${chat}/messages`, { content: 'written meanwhile', nonce: 'n' }, chat)
    const stream = await EventStream.open(ann, `${chat}/events?state=${state}`)
    await stream.event(event => event.data.includes('written meanwhile'))
    stream.close()
  })

  it('goes on by the last event that came, which is newer than its address', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const state = await stateOf(ann, chat)
    await ben.post(`${chat}/messages`, { content: 'shown already', nonce: 'n1' }, chat)
    const stream = await EventStream.open(ann, `${chat}/events?state=${state}`, await stateOf(ann, chat))
    await ben.post(`${chat}/messages`, { content: 'shown next', nonce: 'n2' }, chat)
    await stream.event(event => event.data.includes('shown next'))
    expect(stream.events.filter(({ data }) => data.includes('#list') && data.includes('shown already'))).toEqual([])
    stream.close()
  })

  it('takes a page whose last event is said for one that has reconnected: it reports again', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await ben.post(`${chat}/messages`, { content: 'to report', nonce: 'n' }, chat)
    const state = await stateOf(ann, chat)
    const again = await EventStream.open(ann, `${chat}/events?state=${state}`, state)
    await again.event(({ data }) => data.includes('data-undelivered') && data.includes('to report'))
    again.close()
  })
})

describe('a stream that is refused', () => {
  it('closes at once with 4401 for a page of nobody who is logged in', async () => {
    const { chat } = await newPair(server.url)
    for (const path of ['/chats/events', `${chat}/events`]) {
      const answer = await new HttpClient(server.url).get(path, asPage)
      expect([path, answer.status, codeOf(await answer.text())]).toEqual([path, 200, '4401'])
    }
  })

  it('is 401 for anything else of nobody who is logged in', async () => {
    const { chat } = await newPair(server.url)
    for (const path of ['/chats/events', `${chat}/events`]) {
      expect([path, (await new HttpClient(server.url).get(path)).status]).toEqual([path, 401])
    }
  })

  it('is refused to a link of another site, which would show its person as online', async () => {
    const { ann, chat } = await newPair(server.url)
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }
    for (const path of ['/chats/events', `${chat}/events`]) {
      const answer = await ann.get(path, { headers })
      await answer.body?.cancel()
      expect(answer.status).toBe(403)
    }
  })

  it('tells a page that its chat is gone, then closes with 4404', async () => {
    const { chat } = await newPair(server.url)
    const outsider = await newcomer(server.url)
    const text = await (await outsider.get(`${chat}/events`, asPage)).text()
    expect(text).toContain('id="gone"')
    expect(text).toContain('The server restarted, so earlier messages are gone.')
    expect(codeOf(text)).toBe('4404')
  })

  it('tells a page of this run of the server who ended its chat', async () => {
    const { ann, ben, benName, chat } = await newPair(server.url)
    const state = await stateOf(ann, chat)
    await ben.post(`${chat}/end`, {}, `${chat}/end`)
    const text = await (await ann.get(`${chat}/events?state=${state}`, asPage)).text()
    expect(text).toContain(`${benName} ended this chat. Its messages are erased.`)
    expect(codeOf(text)).toBe('4404')
  })

  it('is 404 for anything else that asks for a chat of others', async () => {
    const { chat } = await newPair(server.url)
    expect((await (await newcomer(server.url)).get(`${chat}/events`)).status).toBe(404)
  })

  it('is 429 for who asks too often for chats of others', async () => {
    const strict = await startTestServer({ RATE_LIMIT_REQUESTS: '3' })
    try {
      const client = new HttpClient(strict.url)
      await client.logIn('alice@example.com')
      const answers = await Promise.all(Array.from({ length: 12 }, () => client.get('/chats/no-room/events')))
      const statuses = new Set(answers.map(({ status }) => status))
      expect(statuses).toEqual(new Set([404, 429]))
    } finally {
      await strict.stop()
    }
  })
})
