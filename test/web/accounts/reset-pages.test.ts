import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const newPassword = 'a password of mine'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ OPERATOR_TOKEN: operatorToken })
})
afterAll(() => server.stop())

const visitor = () => new HttpClient(server.url)
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]
const titleOf = (html: string) => /<title[^>]*>([^<]*)</.exec(html)?.[1]
const opens = async (client: HttpClient) => (await client.get('/chats')).status === 200

/** The path of a new link for an account. */
async function linkFor(name: string): Promise<string> {
  const headers = { authorization: `Bearer ${operatorToken}` }
  const answer = await fetch(`${server.url}/operator/accounts/${name}/reset-password`, { method: 'POST', headers })
  const { link }: { link: string } = await answer.json()
  return new URL(link).pathname
}

async function logIn(name: string, password: string): Promise<HttpClient> {
  const client = visitor()
  await client.logIn(`${name}@example.com`, password)
  return client
}

describe('the page of a link for a new password', () => {
  it('is a form that posts to the same address', async () => {
    await newcomer(server.url, 'forgetful-one')
    const link = await linkFor('forgetful-one')
    const answer = await visitor().get(link)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(titleOf(html)).toMatch(/^Set a new password/)
    expect(html).toContain(`<form method="post" action="${link}"`)
    expect(html).not.toContain('role="alert"')
  })

  it('explains a link that never was with 404', async () => {
    const answer = await visitor().get('/reset/made-up')
    const html = await answer.text()
    expect(answer.status).toBe(404)
    expect(html).toContain('<h1>This link no longer works</h1>')
    expect(html).toContain('It has been used, is more than an hour old, or the server has restarted.')
    expect(html).not.toContain('name="newPassword"')
  })
})

describe('a new password by a link', () => {
  it('is set, logs out everywhere, and leads to the log-in, which says so', async () => {
    const elsewhere = await newcomer(server.url, 'forgetful-two')
    const link = await linkFor('forgetful-two')
    expect(whereTo(await visitor().post(link, { newPassword }))).toEqual([303, '/login?done=reset'])
    expect(await opens(elsewhere)).toBe(false)
    expect(await opens(await logIn('forgetful-two', 'long enough 1'))).toBe(false)
    expect(await opens(await logIn('forgetful-two', newPassword))).toBe(true)
  })

  it('is set once: the link is gone after that', async () => {
    await newcomer(server.url, 'forgetful-three')
    const link = await linkFor('forgetful-three')
    await visitor().post(link, { newPassword })
    const again = await visitor().post(link, { newPassword: 'another password' }, '/login')
    expect(again.status).toBe(404)
    expect(await again.text()).toContain('This link no longer works')
    expect((await visitor().get(link)).status).toBe(404)
  })

  it('that is too short is refused beside the field, and the link still works', async () => {
    await newcomer(server.url, 'forgetful-four')
    const link = await linkFor('forgetful-four')
    const answer = await visitor().post(link, { newPassword: 'short' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(titleOf(html)).toMatch(/^Error: Set a new password/)
    expect(html).toContain('<p class="error" id="newPassword-error">Use at least 8 characters.</p>')
    expect(html).toContain(`action="${link}"`)
    expect(answer.headers.get('retry-after')).toBeNull()
    expect((await visitor().post(link, { newPassword })).status).toBe(303)
  })

  it('with a stale token is not set, and the form says why', async () => {
    await newcomer(server.url, 'forgetful-five')
    const link = await linkFor('forgetful-five')
    const answer = await visitor().post(link, { newPassword, _csrf: 'stale' })
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(titleOf(html)).toMatch(/^Error: Set a new password/)
    expect(html).toContain('This page is out of date. Nothing was sent; your text is still here.')
    expect(await opens(await logIn('forgetful-five', 'long enough 1'))).toBe(true)
  })

  it('is not set once the account is gone', async () => {
    const client = await newcomer(server.url, 'forgetful-six')
    const link = await linkFor('forgetful-six')
    await client.post('/settings/delete', { password: 'long enough 1' }, '/settings')
    const answer = await visitor().post(link, { newPassword }, '/login')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('This link no longer works')
  })
})

it('links for a new password are tried as often as log-ins from one address, and no more', async () => {
  const most = 3
  const strict = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: String(most) })
  try {
    const client = new HttpClient(strict.url)
    const token = await client.token('/login')
    const tryOne = (link: string) =>
      client.request('POST', `/reset/${link}`, { body: new URLSearchParams({ _csrf: token, newPassword }) })
    const statuses: number[] = []
    for (let count = 0; count < most; count += 1) statuses.push((await tryOne(`guess-${count}`)).status)
    const refused = await tryOne('one-more')
    expect(statuses).toEqual(Array.from({ length: most }, () => 404))
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    // The same count as that of log-ins.
    expect((await client.logIn('bob@example.com')).status).toBe(429)
  } finally {
    await strict.stop()
  }
})
