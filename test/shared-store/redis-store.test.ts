import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '#src/redis/connection.js'
import type { RedisLink } from '#src/redis/link.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { FakeClock } from '../support/fake-clock.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisCluster, startRedisServer } from '../support/redis-server.js'
import { describeSharedStore, type StoreHarness } from './suite.js'

const secret = 'a secret of the tests'
let stores = 0

function makerOn(linkOf: () => RedisLink): () => Promise<StoreHarness> {
  return async () => {
    const [link, clock] = [linkOf(), new FakeClock()]
    stores += 1
    const store = new RedisSharedStore({ link, secret, space: `s${stores}-`, now: () => clock.now() })
    return {
      store,
      pass: ms => sleep(ms + 20),
      moveWindows: ms => clock.jump(ms),
      settle: () => sleep(50),
    }
  }
}

describe('on one Redis', () => {
  const linkOf = linkTo(startRedisServer)
  describeSharedStore('Redis', makerOn(linkOf))

  test('two nodes share everything', async () => {
    const [one, two] = [1, 2].map(() => new RedisSharedStore({ link: linkOf(), secret, space: 'shared-' }))
    if (!one || !two) throw new Error('There are two')
    await one.set('a:1', 'value', 60_000)
    const window = { name: 'test', windowMs: 60_000, limit: 1 }
    const heard = new Promise(resolve => void two.subscribe('news', resolve).then(() => one.publish('news', 'told')))
    expect([(await two.take('a:1'))?.value.toString(), await one.get('a:1'), await heard]).toEqual([
      'value',
      null,
      'told',
    ])
    await one.count(window, 'ann', 0)
    expect(await two.count(window, 'ann', 0)).toMatchObject({ isCounted: false })
  })

  test('keys name their kind alone, each has an end, and Redis’s own time counts windows', async () => {
    const link = linkOf()
    await link.call('FLUSHALL')
    const store = new RedisSharedStore({ link, secret })
    await store.set('link:token of somebody', 'value', 60_000)
    await store.addToList('links:ann', 'member', 60_000, 3)
    const window = { name: 'auth', windowMs: 800, limit: 1 }
    await store.count(window, 'ann@example.com 192.0.2.1', 0)
    const keys = String(await link.call('KEYS', '*'))
      .split(',')
      .sort()
    expect(keys).toEqual(
      [/^limit:[\w-]{22}$/, /^link:[\w-]{22}$/, /^links:[\w-]{22}$/].map(each => expect.stringMatching(each)),
    )
    for (const key of keys) expect(Number(await link.call('PTTL', key)), key).toBeGreaterThan(0)
    expect(await store.count(window, 'ann@example.com 192.0.2.1', 0)).toMatchObject({ isCounted: false })
    await expect.poll(() => link.call('EXISTS', ...keys.slice(0, 1))).toBe(0)
    expect(await store.count(window, 'ann@example.com 192.0.2.1', 0)).toMatchObject({ isCounted: true })
  })
})

describe('on a cluster', () => {
  describeSharedStore('Redis', makerOn(linkTo(startRedisCluster)))
})

test('while Redis is away everything is refused, and once it is back listeners are told that they may have missed something', async () => {
  const server = await startRedisServer()
  onTestFinished(() => server.stop())
  const link = await connect(server.url, () => {})
  onTestFinished(() => link.close())
  const store = new RedisSharedStore({ link, secret })
  const heard: string[] = []
  await store.subscribe('news', message => heard.push(message))
  const missed = new Promise<void>(resolve => void store.onMissed(resolve))
  server.signal('SIGKILL')
  await expect.poll(() => link.call('PING').then(String, () => 'away')).toBe('away')
  const window = { name: 'test', windowMs: 1000, limit: 1 }
  const asked = [
    store.set('a:1', 'value', 1000),
    store.get('a:1'),
    store.count(window, 'ann', 0),
    store.publish('news', 'x'),
  ]
  for (const answer of asked) await expect(answer).rejects.toMatchObject({ code: 'storage_failed' })
  const again = await startRedisServer(['--port', new URL(server.url).port])
  onTestFinished(() => again.stop())
  await missed
  await expect.poll(() => link.call('PING').then(String, () => 'away')).toBe('PONG')
  await store.publish('news', 'again')
  await expect.poll(() => heard).toEqual(['again'])
})
