import { afterAll, expect, test } from 'vitest'
import { SharedSessionStore } from '#src/http/shared-session-store.js'
import { SystemClock } from '#src/ops/system-clock.js'
import type { RedisLink } from '#src/redis/link.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'
import { describeSessionStore } from './session-store-suite.js'

const linkOf = linkTo(startRedisServer)
const clock = new SystemClock(() => {})
afterAll(() => clock.stop())
let stores = 0

function makeStore(link = linkOf(), number = ++stores): SharedSessionStore {
  const store = new RedisSharedStore({ link, secret: 'a secret of the tests', space: `${number}-` })
  return new SharedSessionStore(store, clock)
}

describeSessionStore('Redis', () => makeStore())

test('a session is prolonged in Redis only once a part of its time is over', async () => {
  const commands: string[] = []
  const link: RedisLink = Object.assign(Object.create(linkOf()), {
    call: (command: string, ...args: (string | number | Buffer)[]) => {
      commands.push(command)
      return linkOf().call(command, ...args)
    },
  })
  const store = makeStore(link)
  const cookie = { originalMaxAge: 60_000, expires: new Date(Date.now() + 60_000) }
  const data = { cookie, userId: 'ann', generation: 0, zone: null, csrfSecret: 'x' }
  const touch = (session: typeof data) => new Promise<void>(resolve => store.touch('id', session, () => resolve()))
  await new Promise(resolve => store.set('id', data, resolve))
  await touch(data)
  expect(commands).toEqual(['SET'])
  // As a request that comes later reads it.
  await linkOf().call('PEXPIRE', String(await linkOf().call('KEYS', `${stores}-session:*`)), 50_000)
  const read = await store.read('id')
  expect(Math.abs(Number(read?.cookie.expires) - Date.now() - 50_000)).toBeLessThan(1000)
  commands.length = 0
  await touch({ ...data })
  expect(commands).toEqual(['PEXPIRE', 'PEXPIRE'])
})

test('a session that one node begins is ended by another', async () => {
  const [one, two] = [makeStore(linkOf(), 0), makeStore(linkOf(), 0)]
  const cookie = { originalMaxAge: 60_000 }
  const data = { cookie, userId: 'ann', generation: 0, zone: null, csrfSecret: 'x' }
  await new Promise(resolve => one.set('id', data, resolve))
  await one.addToAccount('ann', 'id', 100)
  expect([(await two.read('id'))?.userId, await two.listOfAccount('ann')]).toEqual(['ann', ['id']])
  await two.remove('id')
  expect([await one.read('id'), await one.listOfAccount('ann')]).toEqual([null, []])
})
