import { describe, expect, it } from 'vitest'
import { ScriptRunner } from '#src/engines/redis/script-runner.js'
import { RedisFailure, type RedisLink } from '#src/redis/link.js'
import { generous } from '../../support/engine/world.js'

/** Packs short strings and small numbers as scripts do. */
function pack(...values: (string | number)[]): Buffer {
  return Buffer.concat(
    values.map(value =>
      typeof value === 'number'
        ? Buffer.of(value)
        : Buffer.concat([Buffer.of(0xa0 + value.length), Buffer.from(value)]),
    ),
  )
}

/** A runner on a link that answers as told: errors fail. */
function start(answers: unknown[], { partitions = 1, now = null as (() => number) | null } = {}) {
  const calls: (string | number | Buffer)[][] = []
  const link: RedisLink = {
    ...{
      partitions,
      generation: '',
      isSharded: false,
      close: () => {},
      onMessage: () => () => {},
      onHealed: () => () => {},
    },
    ...{ subscribe: async () => {}, unsubscribe: async () => {} },
    callEach: async () => [],
    call: async (...call) => {
      calls.push(call)
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const runner = new ScriptRunner(link, {
    ...generous,
    hearsAll: false,
    waitsForPrivacy: false,
    nodeId: 'node',
    space: 's-',
    now,
  })
  return { runner, calls }
}

describe('a runner of scripts', () => {
  it('runs a script by its digest, in the slot of its partition, and reads what it answers', async () => {
    const { runner, calls } = start([pack('', 0, 0, 7)], { partitions: 3 })
    expect((await runner.run('stats', 2, 'an argument')).number()).toBe(7)
    expect(calls).toEqual([
      ['EVALSHA', expect.stringMatching(/^[0-9a-f]{40}$/), 1, '{s-p2}', '', 'node 0 stats', 'an argument'],
    ])
    expect(runner.tags).toEqual(['{s-p0}', '{s-p1}', '{s-p2}'])
  })

  it('sends the script itself to a server that does not know it', async () => {
    const { runner, calls } = start([new RedisFailure('NOSCRIPT No matching script', true), pack('', 0, 0)])
    await runner.run('stats', 0)
    expect(calls.map(([command]) => command)).toEqual(['EVALSHA', 'EVAL'])
    expect(calls[1]?.slice(2)).toEqual(calls[0]?.slice(2))
  })

  it.each([
    ['Command timed out', false, { code: 'storage_failed' }],
    ['LOADING Redis is loading the dataset in memory', true, { code: 'storage_failed' }],
    ['OOM command not allowed when used memory > maxmemory', true, { code: 'server_full' }],
    ['ERR user_script:1: attempt to index a nil value', true, { name: 'RedisFailure' }],
  ])('says what people are told when Redis fails: %s', async (message, isRefusal, told) => {
    const { runner } = start([new RedisFailure(message, isRefusal)])
    await expect(runner.run('stats', 0)).rejects.toMatchObject(told)
  })

  it('refuses with the code of the script, and says when it may succeed', async () => {
    const { runner } = start([pack('room_full', 50, 0), pack('not_found', 0, 0), pack('no code', 0, 0), 'no bytes'])
    await expect(runner.run('send', 0)).rejects.toMatchObject({ code: 'room_full', retryAfterMs: 50 })
    await expect(runner.run('send', 0)).rejects.toMatchObject({ code: 'not_found', retryAfterMs: undefined })
    await expect(runner.run('send', 0)).rejects.toThrow(RangeError)
    await expect(runner.run('send', 0)).rejects.toThrow(TypeError)
  })

  it('knows what other partitions held and drew when they answered last', async () => {
    const { runner, calls } = start([pack('', 5, 90), pack('', 6, 80), pack('', 7, 0)], {
      partitions: 3,
      now: () => 12,
    })
    await runner.runEverywhere('stats')
    expect([runner.heldElsewhere(0), runner.heldElsewhere(1), runner.heldElsewhere(2)]).toEqual([13, 12, 11])
    await runner.run('stats', 0).catch(() => {})
    expect(calls.at(-1)?.slice(4)).toEqual([12, 'node 90 stats'])
  })
})
