import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { openPagesOnNodes } from '../support/live/pages-on-nodes.js'
import { nodeSettings } from '../support/nodes.js'
import type { PageClient } from '../support/page-client.js'
import { startReplicatedCluster } from '../support/redis-server.js'

const patienceMs = 60_000

it('over a cluster whose masters are killed one after the other, each gives way to its replica, and nothing is lost', {
  timeout: 240_000,
}, async () => {
  const cluster = await startReplicatedCluster()
  onTestFinished(() => cluster.stop())
  const { annPage, benPage, shown, read } = await openPagesOnNodes(nodeSettings(cluster), patienceMs)
  const texts: string[] = []
  const chatOn = async (writer: PageClient, text: string) => {
    texts.push(text)
    writer.write(text)
    await shown(...texts)
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
  await expect.poll(read).toEqual([texts, texts])
})
