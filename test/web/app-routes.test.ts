import { once } from 'node:events'
import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { newcomer, newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

describe('the manifest', () => {
  const ask = (query: string) => fetch(`${server.url}/manifest.webmanifest${query}`)

  it('is in the language of the page that names it', async () => {
    const stranger = new HttpClient(server.url)
    const html = await (await stranger.get('/login', { headers: { 'accept-language': 'de' } })).text()
    const [, address = ''] = /<link rel="manifest" href="([^"]*)">/.exec(html) ?? []
    const answer = await stranger.get(address)
    expect(answer.headers.get('content-type')).toBe('application/manifest+json; charset=utf-8')
    expect(await answer.json()).toMatchObject({ lang: 'de', name: 'Ephemeral Chat' })
  })

  it.each(['', '?lang=xx', '?lang=en&lang=de'])('is in English where none of ours is asked for: %s', async query => {
    expect(await (await ask(query)).json()).toMatchObject({ lang: 'en' })
  })

  it('may be kept for a day, as icons are', async () => {
    expect((await ask('')).headers.get('cache-control')).toBe('public,max-age=86400')
  })
})

describe('the service worker', () => {
  const ask = () => fetch(`${server.url}/service-worker.js?lang=de`)

  it('is asked for each time, and sent only where it has changed', async () => {
    const { headers } = await ask()
    expect(headers.get('content-type')).toMatch(/^text\/javascript/)
    expect(headers.get('cache-control')).toBe('no-cache')
    // Not by fetch, which then asks for the whole file.
    const known = { 'if-none-match': headers.get('etag') ?? '' }
    const [again] = await once(get(`${server.url}/service-worker.js`, { headers: known, agent: false }), 'response')
    expect(again.resume().statusCode).toBe(304)
  })

  it('says what there is to say in each language', async () => {
    const script = await (await ask()).text()
    for (const words of ['You have a new message', 'Du hast eine neue Nachricht', 'Tienes un mensaje nuevo'])
      expect(script).toContain(words)
  })

  it('answers no request of a page, and keeps nothing', async () => {
    expect(await (await ask()).text()).not.toMatch(/['"`]fetch['"`]|onfetch|respondWith|caches|indexedDB|importScripts/)
  })
})

describe('how much is unread', () => {
  it('is told to the session alone, and may be kept nowhere', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const read = async () => (await ben.get('/chats/unread')).json()
    expect(await read()).toEqual({ unread: 0 })
    for (const nonce of ['one', 'two']) await ann.post(`${chat}/messages`, { content: nonce, nonce }, chat)
    expect(await read()).toEqual({ unread: 2 })
    expect((await ann.get('/chats/unread')).headers.get('cache-control')).toBe('no-store')
    expect((await new HttpClient(server.url).get('/chats/unread')).status).toBe(401)
  })

  it('does not prolong the session, unlike a page', async () => {
    const client = await newcomer(server.url)
    const setsCookie = async (path: string) => (await client.get(path)).headers.has('set-cookie')
    expect([await setsCookie('/chats'), await setsCookie('/chats/unread')]).toEqual([true, false])
  })

  it('is told no more often than a page, which asks the engine for as much', async () => {
    const slow = await startTestServer({ RATE_LIMIT_REQUESTS: '1' })
    onTestFinished(() => slow.stop())
    const client = await newcomer(slow.url)
    // As many as a page may make by itself in a second.
    const asked = Array.from({ length: 10 }, () => client.get('/chats/unread'))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses).toContain(429)
  })

  it('is nobody’s once they have logged out', async () => {
    const client = await newcomer(server.url)
    const cookies = new Map(client.cookies)
    await client.post('/logout', {}, '/chats')
    expect((await new HttpClient(server.url, cookies).get('/chats/unread')).status).toBe(401)
  })
})
