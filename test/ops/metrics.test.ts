import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Metrics } from '#src/ops/metrics.js'
import { newPair, pair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

const token = 'a-token-of-the-test'
const readings = {
  ...{ rooms: 0, messages: 0, onlineUsers: 0, bytesHeld: 0, expiredMessages: 0 },
  ...{ connections: 0, tcpConnections: 0, waitingConnections: 0, storeAway: 0 },
  ...{ pictureBytesHeld: 0, bytesLimit: 0, pictureBytesLimit: 0 },
}

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({
    METRICS_TOKEN: token,
    MESSAGE_TTL_MS: '1000',
    MAX_MESSAGE_MEMORY_MB: '5',
    MAX_PICTURES_MB: '7',
  })
})
afterAll(() => server.stop())

/** The samples of /metrics by name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const headers = { authorization: `Bearer ${token}` }
  const text = await (await new HttpClient(server.url).get('/metrics', { headers })).text()
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

describe('health', () => {
  it('is JSON for anybody, answers HEAD, and nothing else', async () => {
    const visitor = new HttpClient(server.url)
    const health = await visitor.get('/health')
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    expect((await visitor.request('HEAD', '/health')).status).toBe(200)
    expect((await visitor.request('POST', '/health')).status).toBe(405)
  })
})

describe('metrics', () => {
  it('are not there without METRICS_TOKEN', async () => {
    const without = await startTestServer()
    const headers = { authorization: 'Bearer null' }
    expect((await new HttpClient(without.url).get('/metrics', { headers })).status).toBe(404)
    await without.stop()
  })

  it.each(['', 'Bearer ', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`, token])(
    'are kept from who shows %j',
    async authorization => {
      const answer = await new HttpClient(server.url).get('/metrics', { headers: { authorization } })
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
      expect(await answer.text()).not.toContain('ephemeral_chat')
    },
  )

  it('count connections, rooms, messages and bytes, what was refused and how late messages went', async () => {
    const { alice, chat } = await pair(server.url)
    const page = await LivePage.open(server.url, alice, chat)
    page.say({ type: 'message:send', content: 'four', nonce: 'metered' })
    await page.frame(({ text }) => text.includes('four'))
    const during = await scrape()
    expect(during.get('ephemeral_chat_connections')).toBe(1)
    expect(during.get('ephemeral_chat_online_users')).toBe(1)
    expect(during.get('ephemeral_chat_rooms')).toBe(1)
    expect(during.get('ephemeral_chat_messages')).toBe(1)
    expect(during.get('ephemeral_chat_bytes_held')).toBe(520)
    expect(during.get('ephemeral_chat_picture_bytes_held')).toBe(0)
    const limits = ['bytes', 'picture_bytes'].map(each => during.get(`ephemeral_chat_${each}_limit`))
    expect(limits).toEqual([5, 7].map(megabytes => megabytes * 1_048_576))
    expect(during.get('ephemeral_chat_tcp_connections')).toBeGreaterThan(0)

    await new HttpClient(server.url).get('/nowhere')
    page.say({ type: 'nothing' })
    page.say({ type: 'message:send', content: '', nonce: 'empty' })
    await page.frame(({ operations }) => operations.some(({ target }) => target === 'p-empty'))
    const stranger = new LivePage(server.url, '/ws')
    expect(await stranger.closed).toBe(4401)
    await page.frame(({ operations }) =>
      operations.some(({ swap, target }) => swap === 'delete' && !target.startsWith('p-')),
    )
    const after = await scrape()
    for (const [place, reason] of [
      ['request', 'not_found'],
      ['frame', 'bad_request'],
      ['frame', 'message_empty'],
      ['handshake', 'unauthenticated'],
    ]) {
      const name = `ephemeral_chat_refusals_total{place="${place}",reason="${reason}"}`
      expect([name, after.get(name)]).toEqual([name, expect.any(Number)])
    }
    expect(after.get('ephemeral_chat_messages')).toBe(0)
    expect(after.get('ephemeral_chat_messages_expired_total')).toBe(1)
    expect(after.get('ephemeral_chat_expiry_lag_seconds_count')).toBe(1)
    expect(after.get('ephemeral_chat_expiry_lag_seconds_sum')).toBeLessThan(0.25)
    expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    expect(after.has('nodejs_eventloop_lag_p99_seconds')).toBe(true)
    await page.close()
  })

  it('hold no name, address or id of anybody', async () => {
    const { ann, annName, benName, chat, room } = await newPair(server.url)
    const page = await LivePage.open(server.url, ann, chat)
    page.say({ type: 'message:send', content: 'sent', nonce: 'sent' })
    await page.operation('list', 'beforeend')
    // Refused in every place, since what is counted of that is said in words.
    page.say({ type: annName })
    await page.fence()
    await ann.get(`/${annName}`)
    await ann.post(`${chat}/messages`, { content: '' }, chat)
    const visitor = new HttpClient(server.url)
    await visitor.logIn(`${annName}@example.com`, 'wrong wrong')
    const stranger = new LivePage(server.url, `/ws?room=${room}`, { cookie: visitor.cookieHeader })
    expect(await stranger.closed).toBe(4401)
    const headers = { authorization: `Bearer ${token}` }
    const text = await (await visitor.get('/metrics', { headers })).text()
    for (const place of ['request', 'frame', 'handshake']) expect(text).toContain(`refusals_total{place="${place}"`)
    for (const who of ['alice', 'bob', annName, benName, '@', room, '127.0.0.1', '::1']) expect(text).not.toContain(who)
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/)
    await page.close()
  })

  it('count pushes by what became of them', async () => {
    const metrics = new Metrics()
    for (const outcome of ['told', 'gone', 'told'] as const) metrics.pushed(outcome)
    const text = await metrics.render(async () => readings)
    expect(text.match(/^ephemeral_chat_pushes_total.*$/gm)).toEqual([
      'ephemeral_chat_pushes_total{outcome="told"} 2',
      'ephemeral_chat_pushes_total{outcome="gone"} 1',
    ])
  })

  it('have every name that the dashboard draws', async () => {
    const dashboard = readFileSync(new URL('../../deploy/grafana-dashboard.json', import.meta.url), 'utf8')
    const drawn = [...dashboard.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].flatMap(
      ([, expression = '']) => expression.match(/\b(?:ephemeral_chat|process|nodejs)_\w+/g) ?? [],
    )
    const there = new Set([...(await scrape()).keys()].map(key => key.replace(/\{.*/, '')))
    expect(drawn.length).toBeGreaterThan(10)
    expect(drawn.filter(name => !there.has(name))).toEqual([])
  })
})
