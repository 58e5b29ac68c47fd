import { afterAll, beforeAll, expect, it } from 'vitest'
import { bobId, HttpClient } from '../../support/http-client.js'
import { LivePage } from '../../support/live-page.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()

it('takes a message back for both by a form, and from open pages at once', async () => {
  const [alice, bob] = [new HttpClient(server.url), new HttpClient(server.url)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  await alice.post(`${chat}/messages`, { content: 'not meant for you', nonce: 'n1' }, chat)
  const page = await textOf(alice, chat)
  const [, action = '', messageId = ''] = /formaction="(\/chats\/[^"]+\/messages\/([^"]+)\/unsend)"/.exec(page) ?? []
  expect(page).toMatch(/<form id="unsend" method="post" hidden><input type="hidden" name="_csrf" value="[^"]+">/)
  const theirs = await textOf(bob, chat)
  expect(theirs).toContain('not meant for you')
  expect(theirs).not.toContain('/unsend"')
  expect((await bob.post(action, {}, chat)).status).toBe(404)
  expect((await alice.request('POST', action)).status).toBe(403)
  const open = await LivePage.open(server.url, bob, chat)
  const answer = await alice.post(action, {}, chat)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
  await open.frame(({ operations }) =>
    operations.some(({ target, swap }) => target === `m-${messageId}` && swap === 'delete'),
  )
  open.socket.close()
  for (const client of [alice, bob]) {
    for (const path of [chat, '/chats']) expect(await textOf(client, path)).not.toContain('not meant for you')
  }
  expect((await alice.post(action, {}, chat)).status).toBe(404)
})
