/**
 * What the life of a message costs, for pages and programs of the product, the design that it replaces, and the least server
 * that moves the same frames as either: in a closed loop with two messages under way in each of 60 pairs, and at 1,000
 * lives a second. Also how long the frames are.
 */
import { startFloor, startSocketIo, startWithPairs } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'

const pairCount = 60
const rounds = 5
const warmUp = { underWay: 2, ms: 1000 }
/** Before this many lives, or seconds, a server's code is not compiled as far as it will be. */
const warmLives = 5000
const warmUpsAtMost = 10
const closed = { underWay: 2, ms: 2000 }
const fixed = { rate: 1000, ms: 3000 }

/** The part of a frame that is a row: the list item with the message. */
const rowOf = text => text.slice(text.indexOf('<li id="m-'), text.indexOf('</li>', text.indexOf('<li id="m-')) + 5)
const sum = lengths => lengths.reduce((all, each) => all + each, 0)

/** The lengths of what a page gets in the life of a message of 48 characters, in bytes. */
function lengthsOf({ received, texts }) {
  return {
    "the reader's frame with a message of 48 characters, bytes": sum(received.send.other),
    'its row, bytes': Buffer.byteLength(rowOf(texts.send.other.join('')), 'latin1'),
    "the sender's frame with the same message, bytes": sum(received.send.own),
    'its row for the sender, bytes': Buffer.byteLength(rowOf(texts.send.own.join('')), 'latin1'),
    'a tick, bytes': Math.max(sum(received.delivered.own), sum(received.seen.own)),
    'all frames of a life to both pages, bytes': Object.values(received).reduce(
      (all, { own, other }) => all + sum(own) + sum(other),
      0,
    ),
  }
}

async function warm({ server, pairs }) {
  let lived = 0
  for (let time = 0; time < warmUpsAtMost && lived < warmLives; time += 1) {
    lived += (await pairs.loop(warmUp, () => server.processorMs)).lives
  }
}

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
  for (const contender of Object.values(contenders)) await warm(contender)
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
