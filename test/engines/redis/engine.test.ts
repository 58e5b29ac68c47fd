import { afterAll, beforeAll } from 'vitest'
import type { EngineOptions } from '#src/chat/engine.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import { connect, type RedisLink } from '#src/engines/redis/link.js'
import { describeEngine } from '../../engine-suite/suite.js'
import { SweptClock } from '../../support/engine/swept-clock.js'
import type { Harness } from '../../support/engine/world.js'
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

async function makeEngine(options: EngineOptions): Promise<Harness> {
  const clock = new SweptClock()
  const subscriberErrors: unknown[] = []
  engines += 1
  const engine = await RedisEngine.start({
    ...{ ...options, link, clock, secret: 'a secret of the tests', space: `e${engines}-`, hearsAll: true },
    now: () => clock.now(),
    onError: error => subscriberErrors.push(error),
  })
  clock.sweep = () => engine.sweep()
  return { engine, clock, subscriberErrors, settle: () => link.settle() }
}

// A step takes thirty times as long as in memory, where every property is tried as often as it takes.
describeEngine('Redis', Object.assign(makeEngine, { runsShare: 0.1 }))
