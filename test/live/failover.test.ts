import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { newPair } from '../support/crowd.js'
import { FaultProxy } from '../support/fault-proxy.js'
import { HttpClient } from '../support/http-client.js'
import { nodeSettings } from '../support/nodes.js'
import { PageClient, readRows } from '../support/page-client.js'
import { type RedisServer, startRedisServer } from '../support/redis-server.js'
import { startOneServer } from '../support/test-server.js'

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
  const [here, there] = [await startOneServer(settings), await startOneServer(settings)]
  onTestFinished(async () => void (await Promise.all([here.stop(), there.stop()])))
  const { ann, ben, chat } = await newPair(here.url)
  const benThere = new HttpClient(there.url, ben.cookies)
  const times = { reconnectMs: 100, unansweredMs: 5000 }
  const annPage = new PageClient(here.url, ann, chat, 3_600_000, times)
  const benPage = new PageClient(there.url, benThere, chat, 3_600_000, times)
  onTestFinished(() => {
    annPage.stop()
    benPage.stop()
  })
  const pages = [annPage, benPage]
  await Promise.all(pages.map(page => page.load()))
  const shown = (...texts: string[]) =>
    Promise.all(
      pages.map(page =>
        page.until(() => `${page.rows.map(({ text }) => text)}` === `${texts}`, patienceMs, `shows ${texts}`),
      ),
    )

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
  const read = async (client: HttpClient) => readRows(await (await client.get(chat)).text()).map(({ text }) => text)
  expect([await read(ann), await read(benThere)]).toEqual(Array(2).fill(['copied', 'after it']))
})
