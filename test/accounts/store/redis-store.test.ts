import { describe, expect, it } from 'vitest'
import { demoPeople } from '#src/accounts/demo-accounts.js'
import { Passwords } from '#src/accounts/passwords.js'
import { People } from '#src/accounts/people.js'
import { RedisAccountStore } from '#src/accounts/store/redis-store.js'
import { FakeClock } from '../../support/fake-clock.js'
import { linkTo } from '../../support/redis-link.js'
import { startRedisCluster, startRedisServer } from '../../support/redis-server.js'
import { accountOf, describeAccountStore, namesFound } from './suite.js'

let stores = 0
const space = () => {
  stores += 1
  return `a${stores}-`
}

describe('on one Redis', () => {
  const linkOf = linkTo(startRedisServer)
  describeAccountStore('Redis', async () => new RedisAccountStore(linkOf(), space()))

  it('nodes see at once what another has changed, and changes at the same time are all made', async () => {
    const shared = space()
    const [one, two] = [new RedisAccountStore(linkOf(), shared), new RedisAccountStore(linkOf(), shared)]
    await one.add(accountOf('ann'))
    const block = (store: RedisAccountStore, id: string) =>
      store.amend('id-ann', ({ blocked }) => ({ blocked: [...blocked, id] }))
    await Promise.all(Array.from({ length: 20 }, (_, index) => block(index % 2 ? one : two, `${index}`)))
    const expected = Array.from({ length: 20 }, (_, index) => `${index}`).sort()
    for (const store of [one, two])
      expect([...((await store.findById('id-ann'))?.blocked ?? [])].sort()).toEqual(expected)
    const raised = await Promise.allSettled([one, two].map(store => store.update('id-ann', { ifGeneration: 0 })))
    expect(raised.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect([await two.remove('id-ann'), await one.findByUsername('ann')]).toEqual([true, null])
  })

  it('keeps one text of a name for all nodes', async () => {
    const shared = space()
    const nodes = Array.from({ length: 3 }, () => new RedisAccountStore(linkOf(), shared))
    const kept = await Promise.all(nodes.map((store, index) => store.keepSecret('a-key', `of node ${index}`)))
    expect(new Set(kept).size).toBe(1)
  })

  it('demo accounts are added once, by whichever node is first', async () => {
    const shared = space()
    const passwords = new Passwords({ cost: 4, onError: () => {} })
    const nodes = Array.from({ length: 3 }, () => {
      const store = new RedisAccountStore(linkOf(), shared)
      return new People({ store, passwords, directory: 'open', clock: new FakeClock() })
    })
    await Promise.all(nodes.map(people => people.addDemoAccounts()))
    const expected = demoPeople.map(({ username }) => username)
    for (const people of nodes) expect((await people.list()).map(({ username }) => username)).toEqual(expected)
    await passwords.close()
  })

  it('keeps what a later version has stored of an account beside what this one knows', async () => {
    const shared = space()
    const store = new RedisAccountStore(linkOf(), shared)
    await store.add(accountOf('ann'))
    const key = `${shared}{accounts}`
    const stored = JSON.parse(String(await linkOf().call('HGET', key, 'id-ann')))
    await linkOf().call(
      'HSET',
      key,
      'id-ann',
      JSON.stringify({ ...stored, later: 'value', settings: { ...stored.settings, theme: 'sepia' } }),
    )
    expect((await store.update('id-ann', { passwordHash: 'new' })).settings.theme).toBe('system')
    expect(JSON.parse(String(await linkOf().call('HGET', key, 'id-ann')))).toMatchObject({
      later: 'value',
      settings: { theme: 'sepia' },
      passwordHash: 'new',
    })
  })

  it('finds names within the first 20,000, and by their beginning among all', async () => {
    const shared = space()
    const store = new RedisAccountStore(linkOf(), shared)
    const add = 'for n = 1, 20000 do redis.call("ZADD", KEYS[1], 0, string.format("a%05d\\0nobody", n)) end'
    await linkOf().call('EVAL', add, 1, `${shared}{accounts}:search`)
    for (const name of ['a00000b', 'zebra']) await store.add(accountOf(name))
    expect([await namesFound(store, 'zeb'), await namesFound(store, '0b'), await namesFound(store, 'ebr')]).toEqual([
      ['zebra'],
      ['a00000b'],
      [],
    ])
  })
})

describe('on a cluster', () => {
  const linkOf = linkTo(startRedisCluster)
  describeAccountStore('Redis', async () => new RedisAccountStore(linkOf(), space()))
})
