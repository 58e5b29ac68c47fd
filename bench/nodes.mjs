/**
 * What the life of a message costs a node over Redis, against one that keeps everything in memory: by turns, at the same rate,
 * since what is seldom asked costs more each time.
 */
import { startWithPairs } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'
import { startRedis } from './driver/redis.mjs'

const pairCount = 10
const rounds = 10
const warmUp = { underWay: 2, ms: 1000 }
/** Before this many lives a server's code is not compiled as far as it will be. */
const warmLives = 5000
const warmUpsAtMost = 40
const plan = { rate: 100, ms: 2000 }

async function warm({ server, pairs }) {
  let lived = 0
  for (let time = 0; time < warmUpsAtMost && lived < warmLives; time += 1) {
    lived += (await pairs.loop(warmUp, () => server.processorMs)).lives
  }
}

export async function measure() {
  const redis = await startRedis()
  const nodes = {
    'in memory': await startWithPairs('program', pairCount),
    'over Redis': await startWithPairs('program', pairCount, redis.env),
  }
  for (const node of Object.values(nodes)) await warm(node)
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
