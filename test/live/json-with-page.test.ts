import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { PageSocket } from '../support/live/page-socket.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000', MESSAGE_TTL_MS: '2000' })
})
afterAll(() => server.stop())

it('lets a person in a browser and a program chat', async () => {
  const browser = new HttpClient(server.url)
  await browser.logIn('alice@example.com')
  const path = await browser.openChat(bobId)
  const roomId = path.split('/').at(-1) ?? ''
  const page = await PageSocket.open(server.url, browser, roomId)
  const api = await ApiClient.connect(server.url, 'bob@example.com')
  const program = await ProgramSocket.open(server.url, { token: api.token, room: roomId })

  // Presence, and who has the room open.
  expect(await program.hears('room:joined')).toMatchObject({ activeUsers: [aliceId, bobId] })
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
  await browser.post(`${path}/end`, {}, `${path}/end`)
  await program.hears('room:dissolved', { roomId })
  await page.shows(/id="gone"/)
  page.close()
  program.close()
})
