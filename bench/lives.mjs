/**
 * What the life of a message costs, for pages and programs of the product, the design that it replaces, and the least server
 * that moves the same frames as either: in a closed loop with two messages under way in each of 60 pairs, and at 1,000
 * lives a second. Also how long the frames are.
 */
import { startFloor, startSocketIo, startWithPairs, warm } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'
import { lengthsOf } from './driver/frame-lengths.mjs'

const pairCount = 60
const rounds = 5
const warmUpsAtMost = 10
const closed = { underWay: 2, ms: 2000 }
const fixed = { rate: 1000, ms: 3000 }

/** Measures all contenders in turn, round by round. */
export async function measure() {
  const page = await startWithPairs('page', pairCount)
  const program = await startWithPairs('program', pairCount)
  const contenders = {
    'HTML pages': page,
    'JSON programs': program,
    'socket.io': await startSocketIo(pairCount),
    'floor of HTML': await startFloor(pairCount, page.learned),
    'floor of JSON': await startFloor(pairCount, program.learned),
  }
  const series = new Series()
  for (const contender of Object.values(contenders)) await warm(contender, warmUpsAtMost)
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { server, pairs }] of Object.entries(contenders)) {
      const { processorUs, aSecond, p99 } = await pairs.loop(closed, () => server.processorMs)
      series.note(`${name}: processor time a life, us`, processorUs)
      series.note(`${name}: lives a second`, aSecond)
      series.note(`${name}: p99 of a life in the closed loop, ms`, p99)
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { server, pairs }] of Object.entries(contenders)) {
      const { p50, p99, shownP99 } = await pairs.atRate(fixed, () => server.processorMs)
      series.note(`${name}: p50 of a life at 1,000 a second, ms`, p50)
      series.note(`${name}: p99 of a life at 1,000 a second, ms`, p99)
      series.note(`${name}: p99 until shown at 1,000 a second, ms`, shownP99)
    }
  }
  for (const { server } of Object.values(contenders)) await server.stop()
  // What is alike stands side by side.
  const measures = Object.entries(series.figures).sort(([a], [b]) => a.split(': ')[1].localeCompare(b.split(': ')[1]))
  return { ...Object.fromEntries(measures), ...lengthsOf(page.learned) }
}
