import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { nodeSettings } from '../support/nodes.js'
import { PageClient, readRows } from '../support/page-client.js'
import { startReplicatedCluster } from '../support/redis-server.js'
import { startOneServer } from '../support/test-server.js'

const patienceMs = 60_000

it('over a cluster whose masters are killed one after the other, each gives way to its replica, and nothing is lost', {
  timeout: 240_000,
}, async () => {
  const cluster = await startReplicatedCluster()
  onTestFinished(() => cluster.stop())
  const settings = nodeSettings(cluster)
  const [here, there] = [await startOneServer(settings), await startOneServer(settings)]
  onTestFinished(async () => void (await Promise.all([here.stop(), there.stop()])))
  const { ann, ben, chat } = await newPair(here.url)
  const benThere = new HttpClient(there.url, ben.cookies)
  const times = { reconnectMs: 100, unansweredMs: 5000 }
  const annPage = new PageClient(here.url, ann, chat, 3_600_000, times)
  const benPage = new PageClient(there.url, benThere, chat, 3_600_000, times)
  const pages = [annPage, benPage]
  onTestFinished(() => {
    for (const page of pages) page.stop()
  })
  await Promise.all(pages.map(page => page.load()))
  const texts: string[] = []
  const chatOn = async (writer: PageClient, text: string) => {
    texts.push(text)
    writer.write(text)
    const isShown = (page: PageClient) => `${page.rows.map(row => row.text)}` === `${texts}`
    await Promise.all(pages.map(page => page.until(() => isShown(page), patienceMs, `shows ${texts}`)))
  }
  await chatOn(annPage, 'before')

  for (const [index, master] of cluster.masters.entries()) {
    const replica = new Redis(cluster.replicas[index]?.url ?? '')
    onTestFinished(() => replica.disconnect())
    await master.stop()
    // Two masters that are gone at once are more than a cluster of three gets over.
    await expect.poll(() => replica.info('replication'), { timeout: patienceMs }).toContain('role:master')
    await chatOn(annPage, `by ann after ${index}`)
    await chatOn(benPage, `by ben after ${index}`)
  }
  const read = async (client: HttpClient) => readRows(await (await client.get(chat)).text()).map(({ text }) => text)
  await expect.poll(async () => [await read(ann), await read(benThere)]).toEqual([texts, texts])
})
