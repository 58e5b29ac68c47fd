/**
 * What the life of a message costs a node over Redis, and one that keeps everything in memory: by turns, for pages and programs,
 * few at a time and as many as there can be.
 */
import { startWithPairs } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'
import { startRedis } from './driver/redis.mjs'

const pairCount = 30
const rounds = 5
const warmUp = { underWay: 2, ms: 5000 }
const closed = { underWay: 2, ms: 3000 }
const fixed = { rate: 100, ms: 4000 }
const places = ['in memory', 'over Redis']

export async function measure() {
  const series = new Series()
  for (const kind of (process.env.KINDS ?? 'program').split(' ')) {
    // Each has people of its own.
    const redis = await startRedis()
    const nodes = [await startWithPairs(kind, pairCount), await startWithPairs(kind, pairCount, redis.env)]
    for (const { server, pairs } of nodes) await pairs.loop(warmUp, () => server.processorMs)
    for (let round = 0; round < rounds; round += 1) {
      const [few, many] = [[], []]
      for (const [index, { server, pairs }] of nodes.entries()) {
        const rare = await pairs.atRate(fixed, () => server.processorMs)
        const busy = await pairs.loop(closed, () => server.processorMs)
        few.push(rare.processorUs)
        many.push(busy.processorUs)
        series.note(`${kind}s ${places[index]}: processor time a life at 100 a second, us`, rare.processorUs)
        series.note(`${kind}s ${places[index]}: processor time a life in the closed loop, us`, busy.processorUs)
        series.note(`${kind}s ${places[index]}: lives a second in the closed loop`, busy.aSecond)
        series.note(`${kind}s ${places[index]}: p50 until shown at 100 a second, ms`, rare.shownP50)
      }
      series.note(`${kind}s: processor time at 100 a second, over Redis to in memory`, few[1] / few[0])
      series.note(`${kind}s: processor time in the closed loop, over Redis to in memory`, many[1] / many[0])
    }
    for (const { server } of nodes) await server.stop()
    await redis.stop()
  }
  return series.figures
}
