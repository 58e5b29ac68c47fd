/**
 * What the life of a message costs a node over Redis, against one that keeps everything in memory: by turns, at the same rate,
 * since what is seldom asked costs more each time.
 */
import { importBundled } from './driver/bundled.mjs'
import { startWithPairs, warm } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'

const pairCount = 10
const rounds = 10
const warmUpsAtMost = 40
/** What nodes over Redis must be told, and share. */
const secret = 'of the nodes that are measured Zq3v9Lk2Xw8Tn5Rb7Yc1M'
const plan = { rate: 100, ms: 2000 }

export async function measure() {
  const { startRedisServer } = await importBundled('redis-server')
  const redis = await startRedisServer()
  const settings = { REDIS_URL: redis.url, SESSION_SECRET: secret, JWT_SECRET: secret }
  const nodes = {
    'in memory': await startWithPairs('program', pairCount),
    'over Redis': await startWithPairs('program', pairCount, settings),
  }
  for (const node of Object.values(nodes)) await warm(node, warmUpsAtMost)
  const series = new Series()
  for (let round = 0; round < rounds; round += 1) {
    const took = []
    for (const [place, { server, pairs }] of Object.entries(nodes)) {
      const { processorUs, shownP50 } = await pairs.atRate(plan, () => server.processorMs)
      took.push(processorUs)
      series.note(`${place}: processor time of a life at 100 a second, us`, processorUs)
      series.note(`${place}: p50 until shown at 100 a second, ms`, shownP50)
    }
    const [inMemory, overRedis] = took
    series.note('processor time of a life, over Redis to in memory', overRedis / inMemory)
  }
  for (const { server } of Object.values(nodes)) await server.stop()
  await redis.stop()
  return series.figures
}
