// Long because every failure of a node or of Redis is tried here.
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { idOf, newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { startNodeProcesses } from '../support/nodes.js'
import { startRedisServer } from '../support/redis-server.js'

async function start(...settings: Parameters<typeof startNodeProcesses>) {
  const nodes = await startNodeProcesses(...settings)
  onTestFinished(() => nodes.stop())
  const pair = await newPair(nodes.hereUrl)
  const [annThere, benThere] = [pair.ann, pair.ben].map(client => new HttpClient(nodes.thereUrl, client.cookies))
  if (!annThere || !benThere) throw new Error('There are no two people')
  const annPage = await LivePage.open(nodes.hereUrl, pair.ann, pair.chat)
  const benPage = await LivePage.open(nodes.thereUrl, benThere, pair.chat)
  return { ...nodes, ...pair, annThere, benThere, annPage, benPage }
}

const stateOf = (page: LivePage) => {
  const states = page.frames.map(({ text }) => /<data id="state" value="([^"]+)"/.exec(text)?.[1] ?? '')
  return states.findLast(state => state !== '') ?? ''
}

const shows = (page: LivePage, text: string) => page.frame(frame => frame.text.includes(text))

describe('a node that is killed', () => {
  it('loses no message: its pages reconnect to another and go on', async () => {
    const { here, thereUrl, annPage, benPage, ann, room } = await start()
    annPage.say({ type: 'message:send', content: 'before the end', nonce: 'k1' })
    await Promise.all([shows(annPage, 'before the end'), shows(benPage, 'before the end')])
    here.child.kill('SIGKILL')
    expect(await annPage.closed).toBe(1006)
    benPage.say({ type: 'message:send', content: 'meanwhile', nonce: 'k2' })
    await shows(benPage, 'meanwhile')
    const path = `/ws?room=${room}&state=${stateOf(annPage)}&again=1`
    const again = new LivePage(thereUrl, path, { cookie: ann.cookieHeader })
    await shows(again, 'meanwhile')
    // What was in flight is sent again, and makes no second message.
    again.say({ type: 'message:send', content: 'before the end', nonce: 'k1' })
    again.say({ type: 'message:send', content: 'afterwards', nonce: 'k3' })
    await shows(benPage, 'afterwards')
    const rows = benPage.frames.map(({ text }) => text).join('')
    expect(rows.match(/<article[^>]*>[\s\S]*?before the end/g)).toHaveLength(1)
  })
})

describe('nodes whose clocks are an hour off, one this way and one the other', () => {
  it('let messages live and sessions last as Redis has it', async () => {
    const { annPage, benPage, ann, benThere, chat } = await start(
      { MESSAGE_TTL_MS: '2500', SESSION_TTL_MS: '1800000' },
      {
        program: 'test/support/stepped-server.mjs',
        hereEnv: { CLOCK_APART_MS: '3600000' },
        thereEnv: { CLOCK_APART_MS: '-3600000' },
      },
    )
    annPage.say({ type: 'message:send', content: 'from here', nonce: 'c1' })
    await shows(benPage, 'from here')
    expect(await (await benThere.get(chat)).text()).toContain('from here')
    benPage.say({ type: 'message:send', content: 'from there', nonce: 'c2' })
    const { at } = await shows(annPage, 'from there')
    const gone = (page: LivePage) =>
      page.frame(({ operations }) =>
        operations.some(({ swap, target }) => swap === 'delete' && target.startsWith('m-')),
      )
    for (const page of [benPage, annPage]) expect((await gone(page)).at - at).toBeLessThan(3_500)
    await Promise.all([annPage.fence(), benPage.fence()])
    expect([(await ann.get('/chats')).status, (await benThere.get('/chats')).status]).toEqual([200, 200])
  })
})

describe('when Redis does not answer', () => {
  it('pages stay, a send is refused at once, proxies are told, and all goes on once it answers', async () => {
    const { redis, hereUrl, annPage, benPage } = await start()
    annPage.say({ type: 'message:send', content: 'before', nonce: 'a0' })
    await Promise.all([shows(annPage, 'before'), shows(benPage, 'before')])
    await Promise.all([annPage.fence(), benPage.fence()])
    redis.signal('SIGSTOP')
    const health = () => fetch(`${hereUrl}/health`).then(answer => answer.json())
    await expect.poll(health, { timeout: 5_000 }).toEqual({ status: 'degraded', warnings: ['one_redis_for_both'] })
    expect((await fetch(`${hereUrl}/health/ready`)).status).toBe(503)
    const askedAt = Date.now()
    annPage.say({ type: 'message:send', content: 'while it is away', nonce: 'a1' })
    const refused = await annPage.frame(({ operations }) => operations.some(({ target }) => target === 'p-a1'))
    expect(Date.now() - askedAt).toBeLessThan(1_000)
    // It waits, with the reason, and sends itself again.
    expect(refused.text).toMatch(/data-status="waiting"[\s\S]*save anything right now[\s\S]*load delay:[1-3]\d{3}ms/)
    redis.signal('SIGCONT')
    await expect.poll(() => fetch(`${hereUrl}/health/ready`).then(({ status }) => status), { timeout: 3_000 }).toBe(200)
    annPage.say({ type: 'message:send', content: 'while it is away', nonce: 'a1' })
    await shows(benPage, 'while it is away')
    expect([annPage.socket.readyState, benPage.socket.readyState]).toEqual([1, 1])
  })
})

describe('when Redis comes back empty', () => {
  it('pages reconnect and learn of a restart, and who was blocked still is', async () => {
    const accounts = await startRedisServer(['--appendonly', 'yes'])
    onTestFinished(() => accounts.stop())
    const nodes = await start({ ACCOUNTS_URL: accounts.url })
    const { redis, annPage, benPage, ann, ben, annThere, benThere, annName, benName } = nodes
    const [annId, benId] = [await idOf(ben, annName), await idOf(ann, benName)]
    await ben.post(`/people/${annId}/block`, {}, `/people/${annId}/block`)
    await benPage.closed
    await ann.get('/chats')
    await redis.empty()
    expect(await annPage.closed).toBe(1012)
    // Sessions were in the same Redis.
    expect((await annThere.get('/chats')).status).toBe(303)
    await annThere.logIn(`${annName}@example.com`, 'long enough 1')
    await benThere.logIn(`${benName}@example.com`, 'long enough 1')
    expect(await (await annThere.get('/chats')).text()).toContain('restarted')
    const chat = await annThere.openChat(benId)
    await annThere.post(`${chat}/messages`, { content: 'still held', nonce: 'e1' }, chat)
    expect(await (await annThere.get(chat)).text()).toContain('still held')
    expect((await benThere.get(chat)).status).toBe(404)
    expect(await (await benThere.get('/chats')).text()).not.toContain('still held')
  })
})

describe('when the channels are lost', () => {
  it('pages are brought up to date in place, and programs reconnect', async () => {
    const { redis, thereUrl, annPage, benPage, benName, room } = await start()
    const api = await ApiClient.connect(thereUrl, `${benName}@example.com`, 'long enough 1')
    const program = await ProgramSocket.open(thereUrl, { token: api.token, room })
    await program.hears('room:joined')
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    // What is sent before the channels are heard again is lost to them.
    await Promise.all([client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'), client.call('CLIENT', 'PAUSE', 300)])
    annPage.say({ type: 'message:send', content: 'told to nobody', nonce: 'l1' })
    await Promise.all([shows(annPage, 'told to nobody'), shows(benPage, 'told to nobody')])
    expect(await program.closed).toBe(1012)
    expect([annPage.socket.readyState, benPage.socket.readyState]).toEqual([1, 1])
  })
})
