import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { picturesOf } from '../support/images/picture-server.js'
import { plainPicture } from '../support/images/pictures.js'
import { startNodes } from '../support/nodes.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

describe('two nodes share', () => {
  let nodes: Awaited<ReturnType<typeof startNodes>>
  beforeAll(async () => {
    nodes = await startNodes({ RATE_LIMIT_AUTH: '2', OPERATOR_TOKEN: operatorToken })
  })
  afterAll(() => nodes.stop())

  /** The same browser at the other node, as behind a proxy that sends each request to another. */
  const elsewhere = (client: HttpClient) => new HttpClient(nodes.there.url, client.cookies)
  const isLoggedIn = async (client: HttpClient) => (await client.get('/chats')).status === 200

  it('accounts and sessions: who registers here is logged in and found there, and logs out for both', async () => {
    const [ann, ben] = [await newcomer(nodes.here.url, 'ann'), await newcomer(nodes.there.url, 'ben')]
    expect(await idOf(ann, 'ben')).not.toBe('')
    expect(await isLoggedIn(elsewhere(ann))).toBe(true)
    const cookies = new Map(ann.cookies)
    expect((await elsewhere(ann).post('/logout', {}, '/chats')).status).toBe(303)
    expect(await isLoggedIn(new HttpClient(nodes.here.url, cookies))).toBe(false)
    const again = new HttpClient(nodes.there.url)
    expect((await again.logIn('ann@example.com', 'long enough 1')).status).toBe(303)
    expect(await isLoggedIn(elsewhere(ben))).toBe(true)
    await expect(newcomer(nodes.here.url, 'ben')).rejects.toThrow(/422/)
  })

  it('limits: log-ins that fail count together, and others do not count', async () => {
    await newcomer(nodes.here.url, 'carol')
    const tryOn = async ({ url }: { readonly url: string }, password: string) =>
      (await new HttpClient(url).logIn('carol@example.com', password)).status
    const { here, there } = nodes
    expect([
      await tryOn(here, 'wrong one'),
      await tryOn(there, 'long enough 1'),
      await tryOn(there, 'wrong one'),
    ]).toEqual([422, 303, 422])
    expect([await tryOn(here, 'long enough 1'), await tryOn(there, 'long enough 1')]).toEqual([429, 429])
  })

  it('links: one for a new password that is made here is used once, there', async () => {
    await newcomer(nodes.here.url, 'dora')
    const made = await fetch(`${nodes.here.url}/operator/accounts/dora/reset-password`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}` },
    })
    const { link } = await made.json()
    const { pathname } = new URL(link)
    const reset = (base: string) => new HttpClient(base).post(pathname, { newPassword: 'another one 2' })
    expect((await reset(nodes.there.url)).headers.get('location')).toBe('/login?done=reset')
    expect((await new HttpClient(nodes.here.url).get(pathname)).status).toBe(404)
    expect((await new HttpClient(nodes.here.url).logIn('dora@example.com', 'another one 2')).status).toBe(303)
  })

  it('forms: a registration that is pressed twice, and so reaches both, is done once and logs in by both answers', async () => {
    const browser = new HttpClient(nodes.here.url)
    const fields = { username: 'fay', email: 'fay@example.com', password: 'long enough 1' }
    const body = new URLSearchParams({ _csrf: await browser.token('/register'), ...fields })
    const press = async (base: string) => {
      const client = new HttpClient(base, new Map(browser.cookies))
      const { status } = await client.request('POST', '/register', { body })
      return [status, await isLoggedIn(client)]
    }
    expect(await Promise.all([press(nodes.here.url), press(nodes.there.url)])).toEqual([
      [303, true],
      [303, true],
    ])
  })

  it('forms: an account that is deleted by two presses, which reach both, is deleted once, and both answers say so', async () => {
    const gil = await newcomer(nodes.here.url, 'gil')
    const body = new URLSearchParams({ _csrf: await gil.token('/settings/account'), password: 'long enough 1' })
    const press = async (base: string) => {
      const client = new HttpClient(base, new Map(gil.cookies))
      const { status, headers } = await client.request('POST', '/settings/delete', { body })
      return [status, headers.get('location')]
    }
    expect(await Promise.all([press(nodes.here.url), press(nodes.there.url)])).toEqual([
      [303, '/login?done=deleted'],
      [303, '/login?done=deleted'],
    ])
  })

  it('pictures: one that is sent here is seen there by the other person, by nobody else, and goes with the chat', async () => {
    const { ann, ben, chat } = await newPair(nodes.here.url)
    const stranger = await newcomer(nodes.there.url, 'eve')
    const form = new FormData()
    for (const [name, value] of Object.entries({ _csrf: await ann.token(chat), content: 'Look', alt: '' }))
      form.set(name, value)
    const bytes = await plainPicture('png', { width: 40, height: 30 })
    form.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'holiday.png')
    expect((await elsewhere(ann).request('POST', `${chat}/messages`, { body: form })).status).toBe(303)
    const [address = ''] = await picturesOf(elsewhere(ben), chat)
    const [shown, refused] = [await ben.get(address), await stranger.get(address)]
    expect([shown.status, shown.headers.get('content-type'), refused.status]).toEqual([200, 'image/webp', 404])
    expect(
      Buffer.from(await shown.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF')
    await elsewhere(ben).post(`${chat}/end`, {}, chat)
    expect([(await ann.get(address)).status, (await elsewhere(ann).get(address)).status]).toEqual([404, 404])
  })
})
