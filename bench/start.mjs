/** How long the server takes to start, what memory it holds then, and after a flood of visits has passed. */
import { setTimeout as delay } from 'node:timers/promises'
import { startProduct } from './driver/contender.mjs'
import { figureOf } from './driver/figures.mjs'
import { Requests } from './driver/requests.mjs'
import { forEachBelow } from './driver/turns.mjs'

const rounds = 5
const visits = 12_000
const atOnce = 50
/** How long the server is left alone before its memory is read. */
const idleMs = 20_000
const megabyte = 1_048_576

export async function measure() {
  const [starts, memories] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const server = await startProduct()
    starts.push(server.startMs)
    await delay(1000)
    memories.push(server.residentBytes / megabyte)
    await server.stop()
  }
  const server = await startProduct()
  const requests = new Requests(server.url, atOnce)
  await forEachBelow(visits, atOnce, () => requests.expect(200, 'GET', '/login'))
  requests.close()
  await delay(idleMs)
  const afterFlood = server.residentBytes / megabyte
  await server.stop()
  return {
    'from its start until it serves, ms': figureOf(starts),
    'just started: RSS, MB': figureOf(memories),
    'idle after a flood of 12,000 visits: RSS, MB': afterFlood,
  }
}
