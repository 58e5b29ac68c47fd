// Long because all that two nodes do together stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { PageSocket } from '../support/live/page-socket.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startRedisServer } from '../support/redis-server.js'
import { startTestServer } from '../support/test-server.js'

const secret = 'of all nodes Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** Two nodes on a Redis of their own. */
async function startNodes(env: Record<string, string> = {}) {
  const redis = await startRedisServer()
  const settings = { REDIS_URL: redis.url, SESSION_SECRET: secret, JWT_SECRET: secret, RATE_LIMIT_API: '1000', ...env }
  const [here, there] = [await startTestServer(settings), await startTestServer(settings)]
  return {
    ...{ redis, here, there },
    async stop() {
      await Promise.all([here.stop(), there.stop()])
      await redis.stop()
    },
  }
}

let nodes: Awaited<ReturnType<typeof startNodes>>
beforeAll(async () => {
  nodes = await startNodes({ MESSAGE_TTL_MS: '2000' })
})
afterAll(() => nodes.stop())

describe('two people on different nodes', () => {
  it('chat, one in a browser and one with a program', async () => {
    const { here, there } = nodes
    const browser = new HttpClient(here.url)
    await browser.logIn('alice@example.com')
    const path = await browser.openChat(bobId)
    const roomId = path.split('/').at(-1) ?? ''
    const page = await PageSocket.open(here.url, browser, roomId)
    const api = await ApiClient.connect(there.url, 'bob@example.com')
    const program = await ProgramSocket.open(there.url, { token: api.token, room: roomId })

    // Presence, and who has the room open.
    expect(await program.hears('room:joined')).toMatchObject({ activeUsers: expect.arrayContaining([aliceId, bobId]) })
    await page.shows(/id="presence".*Online/)

    // Typing, both ways.
    page.send({ type: 'typing:start' })
    await program.hears('typing:indicator', { userId: aliceId, isTyping: true })
    program.send({ type: 'typing:start', roomId })
    await page.shows(/bob is typing/)

    // From the page to the program, with ticks.
    page.send({ type: 'message:send', content: 'From the page', nonce: 'p1' })
    const { id: messageId } = await program.hears('message:new', { content: 'From the page' })
    await page.shows(new RegExp(`data-message-id="${messageId}"[^>]*data-status="sent"`))
    program.send({ type: 'message:status', roomId, messageId, status: 'delivered' })
    await page.shows(new RegExp(`id="s-${messageId}" class="status delivered"`))
    program.send({ type: 'message:status', roomId, messageId, status: 'seen' })
    await page.shows(new RegExp(`id="s-${messageId}" class="status seen"`))

    // From the program to the page, with ticks.
    const sent = await program.ask({ type: 'message:send', roomId, content: 'From <the> program', nonce: 'j1' })
    await page.shows(/From &lt;the&gt; program/)
    page.send({ type: 'message:status', messageId: sent.messageId, status: 'seen' })
    await program.hears('message:statusUpdated', { messageId: sent.messageId, status: 'seen' })

    // Both lose both messages, and both learn of the end.
    await page.shows(new RegExp(`id="m-${sent.messageId}" hx-swap="delete"`))
    await program.hears('message:expired')
    page.close()
    expect(await program.hears('user:left', { userId: aliceId })).toMatchObject({ activeUsers: [bobId] })
    program.close()
  })
})
