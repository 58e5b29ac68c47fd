/**
 * What the life of a message costs a node over Redis, against one that keeps everything in memory, by turns: in the closed loop of
 * `lives`, for pages and programs, and at a low rate, since what is seldom asked costs more each time.
 */
import { importBundled } from './driver/bundled.mjs'
import { startWithPairs, warm } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'

const pairCount = 60
const rounds = 5
const warmUpsAtMost = 40
/** What nodes over Redis must be told, and share. */
const secret = 'of the nodes that are measured Zq3v9Lk2Xw8Tn5Rb7Yc1M'
const closed = { underWay: 2, ms: 2000 }
const seldom = { rate: 100, ms: 2000 }
const voices = { page: 'HTML pages', program: 'JSON programs' }

export async function measure() {
  const { startRedisServer } = await importBundled('redis-server')
  const series = new Series()
  for (const [kind, name] of Object.entries(voices)) {
    const redis = await startRedisServer()
    const settings = { REDIS_URL: redis.url, SESSION_SECRET: secret, JWT_SECRET: secret }
    const nodes = {
      'in memory': await startWithPairs(kind, pairCount),
      'over Redis': await startWithPairs(kind, pairCount, settings),
    }
    for (const node of Object.values(nodes)) await warm(node, warmUpsAtMost)
    const loop = ({ server, pairs }) => pairs.loop(closed, () => server.processorMs)
    const atRate = ({ server, pairs }) => pairs.atRate(seldom, () => server.processorMs)
    await compare(nodes, `${name}, closed loop`, series, loop)
    await compare(nodes, `${name}, 100 a second`, series, atRate)
    for (const { server } of Object.values(nodes)) await server.stop()
    await redis.stop()
  }
  return series.figures
}

/** Notes what a life costs in each place, round by round, and how many times as much it is over Redis. */
async function compare(nodes, plan, series, run) {
  for (let round = 0; round < rounds; round += 1) {
    const took = []
    for (const [place, node] of Object.entries(nodes)) {
      const { processorUs, shownP50 } = await run(node)
      took.push(processorUs)
      series.note(`${plan}: processor time of a life ${place}, us`, processorUs)
      if (shownP50 !== undefined) series.note(`${plan}: p50 until shown ${place}, ms`, shownP50)
    }
    const [inMemory, overRedis] = took
    series.note(`${plan}: processor time of a life, over Redis to in memory`, overRedis / inMemory)
  }
}
