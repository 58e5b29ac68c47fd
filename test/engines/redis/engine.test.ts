import { describe, expect, test } from 'vitest'
import type { EngineOptions } from '#src/chat/engine.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import type { RedisLink } from '#src/redis/link.js'
import { describeEngine } from '../../engine-suite/suite.js'
import { prepareSettling } from '../../support/engine/settling.js'
import { SweptClock } from '../../support/engine/swept-clock.js'
import type { Harness, MakeEngine } from '../../support/engine/world.js'
import { linkTo } from '../../support/redis-link.js'
import { startRedisCluster, startRedisServer } from '../../support/redis-server.js'

let engines = 0

/** Makes engines on one connection, which keep what they hold in so many partitions. `runsShare`: see `MakeEngine`. */
function makerOn(linkOf: () => RedisLink, partitions: number, runsShare: number): MakeEngine {
  const makeEngine = async (options: EngineOptions): Promise<Harness> => {
    const link: RedisLink = Object.assign(Object.create(linkOf()), { partitions })
    const clock = new SweptClock()
    const subscriberErrors: unknown[] = []
    engines += 1
    const space = `e${engines}-`
    const engine = await RedisEngine.start({
      ...{ ...options, link, clock, secret: 'a secret of the tests', space, hearsAll: true },
      now: () => clock.now(),
      onError: error => subscriberErrors.push(error),
    })
    clock.sweep = () => engine.sweep()
    const tags = Array.from({ length: partitions }, (_, partition) => `{${space}p${partition}}`)
    return { engine, clock, subscriberErrors, settle: await prepareSettling(link, tags) }
  }
  return Object.assign(makeEngine, { runsShare })
}

// A step takes thirty times as long as in memory, where every property is tried as often as it takes.
describe('on one Redis', () => {
  describeEngine('Redis', makerOn(linkTo(startRedisServer), 1, 0.1))
})

describe('on a cluster', () => {
  const linkOf = linkTo(startRedisCluster)

  test('rooms lie on all of its servers', async () => {
    const tags = Array.from({ length: linkOf().partitions }, (_, partition) => `{p${partition}}`)
    const slots = await Promise.all(tags.map(async tag => Number(await linkOf().call('CLUSTER', 'KEYSLOT', tag))))
    const servers = new Set(slots.map(slot => Math.floor((3 * slot) / 16_384)))
    expect([tags.length, servers.size]).toEqual([64, 3])
    expect(linkOf().generation).toMatch(/^\w{8}$/)
  })

  describeEngine('Redis', makerOn(linkOf, 3, 0.05))
})
