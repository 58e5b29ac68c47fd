import { afterAll, beforeAll, expect, it } from 'vitest'
import { HttpClient } from '../support/http-client.js'
import { startTestServer } from '../support/test-server.js'

const most = 3

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: String(most) })
})
afterAll(() => server.stop())

it('links for a new password are tried as often as log-ins from one address, and no more', async () => {
  const visitor = new HttpClient(server.url)
  const token = await visitor.token('/login')
  const tryOne = (link: string) =>
    visitor.request('POST', `/reset/${link}`, {
      body: new URLSearchParams({ _csrf: token, newPassword: 'a password of mine' }),
    })
  const statuses: number[] = []
  for (let count = 0; count < most; count += 1) statuses.push((await tryOne(`guess-${count}`)).status)
  const refused = await tryOne('one-more')
  expect(statuses).toEqual(Array.from({ length: most }, () => 404))
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // The same count as that of log-ins.
  expect((await visitor.logIn('bob@example.com')).status).toBe(429)
})
