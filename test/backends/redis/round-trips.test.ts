import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../../support/crowd.js'
import { LivePage } from '../../support/live-page.js'
import { nodeSettings } from '../../support/nodes.js'
import { type RedisServer, startRedisServer } from '../../support/redis-server.js'
import { startTestServer, type TestServer } from '../../support/test-server.js'

let redis: RedisServer
let server: TestServer
let monitor: Redis
/** The commands that the node has sent since they were taken last: a command of the engine by its own name. */
let commands: string[] = []

/** What a node does by itself all the time. */
const byItself = new Set(['sweep', 'hold', 'PING', 'TIME', 'INFO'])

beforeAll(async () => {
  redis = await startRedisServer()
  server = await startTestServer(nodeSettings(redis))
  monitor = await new Redis(redis.url).monitor()
  monitor.on('monitor', (_time: string, args: readonly string[], source: string) => {
    if (source === 'lua') return
    const [command = ''] = args
    const [, name] = args.map(each => /^\S+ \d+ ([a-z]+)(?: \d+ \d+)?$/.exec(each)).find(Boolean) ?? []
    const word = name ?? command.toUpperCase()
    if (!byItself.has(word)) commands.push(word)
  })
})
afterAll(async () => {
  monitor.disconnect()
  await server.stop()
  await redis.stop()
})

/** Two people with a page of their chat each, at rest. */
async function openPages() {
  const { ann, ben, chat } = await newPair(server.url)
  const pages = [await LivePage.open(server.url, ann, chat), await LivePage.open(server.url, ben, chat)] as const
  for (const page of pages) await page.fence()
  commands = []
  return pages
}

describe('one round trip', () => {
  it('is a send, with the count of it, and so is a report', async () => {
    const [ann, ben] = await openPages()
    ann.say({ type: 'message:send', content: 'counted and sent', nonce: 'n1' })
    const { text } = await ben.frame(frame => frame.text.includes('counted and sent'))
    await expect.poll(() => commands).toEqual(['send'])
    const [, messageId = ''] = /id="m-([^"]+)"/.exec(text) ?? []
    for (const status of ['delivered', 'seen']) {
      commands = []
      ben.say({ type: 'message:status', messageId, status })
      await expect.poll(() => commands).toEqual(['move'])
    }
  })

  it('is a note that somebody is typing, with the count of it', async () => {
    const [ann] = await openPages()
    ann.say({ type: 'typing:start' })
    await expect.poll(() => commands).toEqual(['typing'])
  })
})
