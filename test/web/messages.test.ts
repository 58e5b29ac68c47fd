import { afterAll, beforeAll, expect, it } from 'vitest'
import { bobId, HttpClient } from '../support/http-client.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('lets two people chat by forms alone', async () => {
  const [alice, bob] = [new HttpClient(server.url), new HttpClient(server.url)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  const sent = await alice.post(`${chat}/messages`, { content: 'Hello <b>Bob</b>', nonce: 'n1' }, chat)
  expect([sent.status, sent.headers.get('location')]).toEqual([303, chat])
  expect(await (await bob.get(chat)).text()).toContain('Hello &lt;b&gt;Bob&lt;/b&gt;')
})
