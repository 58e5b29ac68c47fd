// Long because every failure of a node or of Redis is tried here.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
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

describe('a node whose clock is an hour off', () => {
  it.each([3_600_000, -3_600_000])('by %i ms lets messages live and sessions last as on the others', async apartMs => {
    const { annPage, benPage, benThere, chat } = await start(
      { MESSAGE_TTL_MS: '2500', SESSION_TTL_MS: '1800000' },
      { thereProgram: 'test/support/stepped-server.mjs', thereEnv: { CLOCK_APART_MS: String(apartMs) } },
    )
    annPage.say({ type: 'message:send', content: 'from here', nonce: 'c1' })
    await shows(benPage, 'from here')
    const row = (await (await benThere.get(chat)).text()).match(/<article[^>]*>/)?.[0] ?? ''
    expect(row).not.toBe('')
    benPage.say({ type: 'message:send', content: 'from there', nonce: 'c2' })
    const { at } = await shows(annPage, 'from there')
    const gone = await benPage.frame(({ operations }) => operations.some(({ swap }) => swap === 'delete'))
    expect(gone.at - at).toBeLessThan(3_500)
    await benPage.fence()
    expect((await benThere.get('/chats')).status).toBe(200)
  })
})

describe('when Redis does not answer', () => {
  it('pages stay, a send is refused at once, proxies are told, and all goes on once it answers', async () => {
    const { redis, hereUrl, annPage, benPage } = await start()
    redis.signal('SIGSTOP')
    const health = () => fetch(`${hereUrl}/health`).then(answer => answer.json())
    await expect.poll(health, { timeout: 5_000 }).toEqual({ status: 'degraded', warnings: ['one_redis_for_both'] })
    expect((await fetch(`${hereUrl}/health/ready`)).status).toBe(503)
    const askedAt = Date.now()
    annPage.say({ type: 'message:send', content: 'while it is away', nonce: 'a1' })
    await annPage.frame(({ operations }) => operations.some(({ target }) => target === 'p-a1'))
    expect(Date.now() - askedAt).toBeLessThan(1_000)
    await sleep(1_000)
    redis.signal('SIGCONT')
    await expect.poll(() => fetch(`${hereUrl}/health/ready`).then(({ status }) => status), { timeout: 3_000 }).toBe(200)
    annPage.say({ type: 'message:send', content: 'while it is away', nonce: 'a1' })
    await shows(benPage, 'while it is away')
    expect([annPage.socket.readyState, benPage.socket.readyState]).toEqual([1, 1])
  })
})

describe('when Redis comes back empty', () => {
  it('pages learn that the chat was lost by a restart, and nobody can open one with whoever has blocked them', async () => {
    const accounts = await startRedisServer(['--appendonly', 'yes'])
    onTestFinished(() => accounts.stop())
    const { redis, annPage, benPage, ann, ben, annThere, annName, benName, room, thereUrl } = await start({
      ACCOUNTS_URL: accounts.url,
    })
    expect([annName, benName, ben.base]).toHaveLength(3)
    annPage.say({ type: 'message:send', content: 'soon lost', nonce: 'e1' })
    await shows(benPage, 'soon lost')
    const state = stateOf(annPage)
    await redis.empty()
    expect(await Promise.all([annPage.closed, benPage.closed])).toEqual([1012, 1012])
    const again = new LivePage(thereUrl, `/ws?room=${room}&state=${state}&again=1`, { cookie: ann.cookieHeader })
    // Sessions were in the same Redis.
    expect(await again.closed).toBe(4401)
    expect((await annThere.get('/chats')).status).toBe(303)
  })
})
