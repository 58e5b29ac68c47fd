import { afterAll, beforeAll, expect, it } from 'vitest'
import { newcomer } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('the browser of a deleted account forgets what was not sent, at its next log-in page alone', async () => {
  const client = await newcomer(server.url)
  const saysForget = async (from: HttpClient) =>
    (await (await from.get('/login?done=deleted')).text()).includes('data-forget')
  const markIn = ({ cookies }: HttpClient) => [...cookies.keys()].find(name => name.includes('deleted'))
  const wrong = await client.post('/settings/delete', { password: 'wrong wrong' }, '/settings')
  expect([wrong.status, markIn(client)]).toEqual([422, undefined])
  expect((await client.post('/settings/delete', { password: 'long enough 1' }, '/settings')).status).toBe(303)
  expect(markIn(client)).toBe(server.cookieName('deleted'))
  expect(await saysForget(client)).toBe(true)
  expect(await saysForget(client)).toBe(false)
})
