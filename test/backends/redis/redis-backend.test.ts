import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ConfigError, readConfig } from '#src/config.js'
import { createServer } from '#src/server.js'
import { newcomer } from '../../support/crowd.js'
import { nodeSettings } from '../../support/nodes.js'
import { type RedisServer, startRedisServer } from '../../support/redis-server.js'
import { startTestServer } from '../../support/test-server.js'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedisServer(['--appendonly', 'yes'])
})
afterAll(() => redis.stop())

async function refusalOf(env: Record<string, string>): Promise<string> {
  try {
    await createServer(readConfig({ NODE_ENV: 'test', ...env }))
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'started'
}

describe('a node', () => {
  it('does not start over a Redis that could write messages to a disk if it is strict', async () => {
    const sentence = await refusalOf(nodeSettings(redis, { REDIS_STRICT: 'true' }))
    expect(sentence).toBe('REDIS_STRICT is true, but Redis keeps a log of changes (appendonly): messages reach a disk.')
  })

  it('starts over it otherwise, and says so to whoever asks how it is', async () => {
    const server = await startTestServer(nodeSettings(redis))
    onTestFinished(() => server.stop())
    const health = await fetch(`${server.url}/health`).then(answer => answer.json())
    expect(health).toEqual({ status: 'ok', warnings: ['redis_writes_log', 'one_redis_for_both'] })
  })

  it('says in a sentence, without the password, that Redis is not there', async () => {
    const env = { ...nodeSettings(redis), REDIS_URL: 'redis://user:hush@127.0.0.1:1' }
    const sentence = await refusalOf(env)
    expect(sentence).toMatch(/^REDIS_URL names a Redis at 127\.0\.0\.1:1 that cannot be used: /)
    expect(sentence).not.toContain('hush')
  })
})

describe('a single process', () => {
  it('may keep its accounts in a Redis', async () => {
    const env = { ACCOUNTS_URL: redis.url }
    const first = await startTestServer(env)
    const ann = await newcomer(first.url, 'ann.in.redis')
    expect((await ann.get('/chats')).status).toBe(200)
    await first.stop()
    const second = await startTestServer(env)
    onTestFinished(() => second.stop())
    const again = await newcomer(second.url, 'ann.in.redis').then(
      () => 'registered',
      () => 'taken',
    )
    expect(again).toBe('taken')
  })
})
