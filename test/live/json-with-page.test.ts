import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { exchange } from '../support/live/exchange.js'
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
  const sent = await exchange(page, program, roomId)

  // Both lose both messages, and both learn of the end.
  await page.shows(new RegExp(`id="m-${sent.messageId}" hx-swap="delete"`))
  await program.hears('message:expired')
  await browser.post(`${path}/end`, {}, `${path}/end`)
  await program.hears('room:dissolved', { roomId })
  await page.shows(/id="gone"/)
  page.close()
  program.close()
})
