import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { FaultProxy } from '../support/fault-proxy.js'
import { openPagesOnNodes } from '../support/live/pages-on-nodes.js'
import { nodeSettings } from '../support/nodes.js'
import { type RedisServer, startRedisServer } from '../support/redis-server.js'

const patienceMs = 15_000

/** A client that ends with the test. */
function openViewer({ url }: RedisServer): Redis {
  const viewer = new Redis(url, { retryStrategy: () => null })
  viewer.on('error', () => {})
  onTestFinished(() => viewer.disconnect())
  return viewer
}

/** A Redis and its replica, behind an address that leads to the first. */
async function startWithReplica() {
  const first = await startRedisServer()
  onTestFinished(() => first.stop())
  const { port } = new URL(first.url)
  const second = await startRedisServer(['--replicaof', `127.0.0.1 ${port}`, '--repl-diskless-load', 'on-empty-db'])
  onTestFinished(() => second.stop())
  const address = await FaultProxy.before(first.url)
  onTestFinished(() => address.stop())
  const [before, after] = [openViewer(first), openViewer(second)]
  await expect.poll(() => after.info('replication')).toContain('master_link_status:up')
  return { first, before, second, after, address }
}

it('a failover loses what the replica had not got, and no page shows otherwise than it has it', {
  timeout: 90_000,
}, async () => {
  const { first, before, second, after, address } = await startWithReplica()
  const settings = nodeSettings({ ...first, url: address.url.replace('http', 'redis') })
  const { annPage, benPage, shown, read } = await openPagesOnNodes(settings, patienceMs)

  annPage.write('copied')
  await shown('copied')
  expect(await before.wait(1, 5000)).toBe(1)
  await after.replicaof('NO', 'ONE')
  annPage.write('never copied')
  await shown('copied', 'never copied')

  address.targetPort = Number(new URL(second.url).port)
  await first.stop()
  address.cut()
  await shown('copied')
  benPage.write('after it')
  await shown('copied', 'after it')
  expect(await read()).toEqual(Array(2).fill(['copied', 'after it']))
})
