import { afterAll, beforeAll } from 'vitest'
import type { EngineOptions } from '#src/chat/engine.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import { connect, type RedisLink } from '#src/engines/redis/link.js'
import { describeEngine } from '../../engine-suite/suite.js'
import { SweptClock } from '../../support/engine/swept-clock.js'
import type { Harness, MakeEngine } from '../../support/engine/world.js'
import { type RedisServer, startRedisServer } from '../../support/redis-server.js'

let server: RedisServer
let link: RedisLink
let engines = 0

beforeAll(async () => {
  server = await startRedisServer()
  link = await connect(server.url, error => {
    throw error
  })
})

afterAll(async () => {
  link.close()
  await server.stop()
})

/** Makes engines that keep what they hold in so many partitions. */
function makerOf(partitions: number): MakeEngine {
  const makeEngine = (options: EngineOptions) => makeOne(options, partitions)
  // A step takes thirty times as long as in memory, where every property is tried as often as it takes.
  return Object.assign(makeEngine, { runsShare: partitions > 1 ? 0.05 : 0.1 })
}

async function makeOne(options: EngineOptions, partitions: number): Promise<Harness> {
  const parted: RedisLink = Object.assign(Object.create(link), { partitions })
  const clock = new SweptClock()
  const subscriberErrors: unknown[] = []
  engines += 1
  const engine = await RedisEngine.start({
    ...{ ...options, link: parted, clock, secret: 'a secret of the tests', space: `e${engines}-`, hearsAll: true },
    now: () => clock.now(),
    onError: error => subscriberErrors.push(error),
  })
  clock.sweep = () => engine.sweep()
  return { engine, clock, subscriberErrors, settle: () => link.settle() }
}

describeEngine('Redis', makerOf(1))
describeEngine('Redis of three partitions', makerOf(3))
