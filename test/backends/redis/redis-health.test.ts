import { describe, expect, it } from 'vitest'
import { RedisHealth } from '#src/backends/redis/redis-health.js'
import { ConfigError } from '#src/config.js'
import type { RedisLink } from '#src/redis/link.js'
import { captureLog } from '../../support/captured-log.js'

/** A link to a Redis whose settings and generation a test changes. */
function redis(settings: Record<string, string> = {}) {
  const state = { generation: 'g1', settings }
  const link: RedisLink = {
    ...{ partitions: 1, isSharded: false, call: async () => 'PONG', close: () => {} },
    ...{ subscribe: async () => {}, unsubscribe: async () => {}, onMessage: () => () => {}, onHealed: () => () => {} },
    get generation() {
      return state.generation
    },
    callEach: async (_command, _get, name = '') => [
      { isReplica: false, answer: name in state.settings ? [name, state.settings[name]] : [] },
    ],
  }
  return { link, state }
}

describe('the health of a node', () => {
  it('says what is wrong with each Redis, and logs it once', async () => {
    const { log, text } = captureLog()
    const health = new RedisHealth(log, false)
    await health.start(redis({ appendonly: 'yes' }).link, redis().link)
    expect([health.isAway, health.warnings]).toEqual([false, ['redis_writes_log', 'accounts_not_kept']])
    expect(text().match(/messages reach a disk/g)).toHaveLength(1)
    expect(() => health.refuseRisks()).toThrow(ConfigError)
  })

  it('is sound over a Redis without risks, even if accounts are in it too', async () => {
    const { log } = captureLog()
    const health = new RedisHealth(log, true)
    const { link } = redis()
    await health.start(link, link)
    expect(health.warnings).toEqual(['one_redis_for_both'])
    expect(() => health.refuseRisks()).not.toThrow()
  })

  it('is looked at anew when another server has taken over', async () => {
    const { log } = captureLog()
    const health = new RedisHealth(log, false)
    const [messages, accounts] = [redis(), redis({ save: '60 1' })]
    const [onProbed] = health.watch('messages')
    await health.start(messages.link, accounts.link)
    messages.state.settings = { save: '60 1' }
    onProbed()
    await Promise.resolve()
    expect(health.warnings).toEqual([])
    messages.state.generation = 'g2'
    onProbed()
    await expect.poll(() => health.warnings).toEqual(['redis_writes_snapshots'])
  })

  it('is away while either does not answer, and says when that begins and ends', () => {
    const { log, text } = captureLog()
    const health = new RedisHealth(log, false)
    const [[, onMessages], [, onAccounts]] = [health.watch('messages'), health.watch('accounts')]
    onMessages(true)
    onAccounts(true)
    onMessages(false)
    expect(health.isAway).toBe(true)
    onAccounts(false)
    expect(health.isAway).toBe(false)
    expect(text().match(/does not answer/g)).toHaveLength(2)
    expect(text().match(/answers again/g)).toHaveLength(2)
  })
})
