// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { sessionsPerAccount } from '#src/http/sessions.js'
import { join, logInAgain, memberPassword as password, textOf } from '../../support/accounts/member.js'
import { HttpClient } from '../../support/http-client.js'
import { subscriptionFields } from '../../support/push/devices.js'
import { RecordedPushes } from '../../support/push/recorded-pushes.js'
import { startTestServer } from '../../support/test-server.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const page = '/settings/account'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1'

const services = {
  pushes: new RecordedPushes(),
  publicKey: 'A',
  checkEndpoint(endpoint: string) {
    if (!endpoint.startsWith('https://push.example/')) throw new ChatError('invalid')
    return endpoint
  },
}

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ OPERATOR_TOKEN: operatorToken }, { services })
})
afterAll(() => server.stop())

const switchOn = (client: HttpClient, fields: object = {}, userAgent = firefox) =>
  client.post('/settings/devices', { ...subscriptionFields(), ...fields }, page, {
    headers: { 'user-agent': userAgent },
  })

/** The devices on the page, each with its button's name and description and the id that its form posts. */
async function listed(client: HttpClient, query = '') {
  const html = await textOf(client, `${page}${query}`)
  const [, list = ''] = /<ul class="devices"[^>]*>([\s\S]*?)<\/ul>/.exec(html) ?? []
  return [...list.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, item = '']) => ({
    name: /<bdi>([^<]*)/.exec(item)?.[1],
    hint: new RegExp(`id="${/<button[^>]* aria-describedby="([^"]*)"/.exec(item)?.[1]}"[^>]*>([^<]*)`).exec(item)?.[1],
    id: /name="device" value="([^"]+)"/.exec(item)?.[1] ?? '',
    button: /<button[^>]* aria-label="([^"]*)"/.exec(item)?.[1],
  }))
}

const namesOf = async (client: HttpClient) => (await listed(client)).map(({ name }) => name)

/** Somebody who looks at the list from a browser without a device. */
async function start() {
  const { client, email } = await join(server.url)
  const again = async () => logInAgain(server.url, email)
  return { client, email, again }
}

describe('a device', () => {
  it('is listed once its browser is switched on, and says which of them looks', async () => {
    const { client, again } = await start()
    expect(await namesOf(client)).toEqual([])
    expect((await switchOn(client)).status).toBe(204)
    const phone = await again()
    await switchOn(phone, {}, safari)
    const [newest, oldest] = await listed(client)
    expect(newest).toMatchObject({ name: 'Safari on iOS', button: 'Remove Safari on iOS' })
    expect(newest?.hint).toMatch(/^Since \w+day, /)
    expect(oldest?.hint).toMatch(/^This browser, since \w+day, /)
    expect((await listed(phone))[0]?.hint).toMatch(/^This browser/)
  })

  it('is removed by its form, which says so', async () => {
    const { client, again } = await start()
    await switchOn(await again(), {}, safari)
    await switchOn(client)
    const [, { id: device } = { id: '' }] = await listed(client)
    const answer = await client.post('/settings/devices/remove', { device }, page)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${page}?done=device`])
    expect(await textOf(client, `${page}?done=device`)).toContain('That browser no longer notifies you.')
    expect(await namesOf(client)).toEqual(['Firefox on Linux'])
    expect((await client.post('/settings/devices/remove', { device }, page)).status).toBe(303)
  })

  it('of somebody else cannot be removed', async () => {
    const [{ client }, { client: other }] = [await start(), await start()]
    await switchOn(client)
    const [{ id: device } = { id: '' }] = await listed(client)
    await other.post('/settings/devices/remove', { device }, page)
    expect(await namesOf(client)).toHaveLength(1)
  })

  it('leaves by itself, and no other does', async () => {
    const { client, again } = await start()
    await switchOn(client)
    await switchOn(await again(), {}, safari)
    expect((await client.post('/settings/devices/leave', {}, page)).status).toBe(204)
    expect(await namesOf(client)).toEqual(['Safari on iOS'])
    expect((await client.post('/settings/devices/leave', {}, page)).status).toBe(204)
  })

  it('moves to the session that switches on the same endpoint', async () => {
    const { client, again } = await start()
    const fields = subscriptionFields()
    await switchOn(client, fields)
    const later = await again()
    await switchOn(later, fields, safari)
    expect(await namesOf(client)).toEqual(['Safari on iOS'])
    await client.post('/logout', {}, page)
    expect(await namesOf(later)).toEqual(['Safari on iOS'])
  })

  it('whose session was lost belongs to the one that it is moved to, and ends with it', async () => {
    const { client, again } = await start()
    const { endpoint } = subscriptionFields()
    await switchOn(client, { endpoint })
    const next = await again()
    expect((await next.post('/settings/devices/move', { endpoint }, page)).status).toBe(204)
    expect((await listed(next))[0]?.hint).toMatch(/^This browser/)
    await next.post('/logout', {}, page)
    await expect.poll(() => namesOf(client)).toEqual([])
  })

  it('of somebody else, or of nobody, cannot be moved', async () => {
    const [{ client }, { client: other }] = [await start(), await start()]
    const { endpoint } = subscriptionFields()
    await switchOn(client, { endpoint })
    expect((await other.post('/settings/devices/move', { endpoint }, page)).status).toBe(404)
    expect((await other.post('/settings/devices/move', {}, page)).status).toBe(404)
    expect([await namesOf(client), await namesOf(other)]).toEqual([['Firefox on Linux'], []])
  })

  it('is one of ten: the oldest goes', async () => {
    const { client, again } = await start()
    await switchOn(client, {}, safari)
    for (let n = 0; n < 10; n += 1) await switchOn(await again())
    expect(await namesOf(client)).toEqual(Array.from({ length: 10 }, () => 'Firefox on Linux'))
  })
})

describe('switching a browser on is refused as a problem', () => {
  it.each([
    ['an endpoint that may not be', { endpoint: 'https://elsewhere.example/1' }],
    ['no endpoint', { endpoint: '' }],
    ['a key that is none', { p256dh: 'B' }],
    ['a secret that is none', { auth: '' }],
  ])('with %s', async (_what, fields) => {
    const { client } = await start()
    const answer = await switchOn(client, fields)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      422,
      expect.stringContaining('application/problem+json'),
    ])
    expect(await answer.json()).toMatchObject({ code: 'invalid' })
    expect(await namesOf(client)).toEqual([])
  })

  it('without the CSRF token', async () => {
    const { client } = await start()
    const answer = await switchOn(client, { _csrf: 'stale' })
    expect([answer.status, (await answer.json()).code]).toEqual([403, 'forbidden'])
    expect(await namesOf(client)).toEqual([])
  })

  it('where devices are not told', async () => {
    const off = await startTestServer()
    const { client } = await join(off.url)
    const answer = await client.post('/settings/devices', subscriptionFields(), page)
    expect([answer.status, (await answer.json()).code]).toEqual([404, 'not_found'])
    expect((await client.post('/settings/devices/leave', {}, page)).status).toBe(204)
    await off.stop()
  })
})

describe('a device ends', () => {
  /** A browser with a device, and another one that looks at the list. */
  async function startWithTwo() {
    const { client: looker, email, again } = await start()
    const browser = await again()
    await switchOn(browser)
    expect(await namesOf(looker)).toHaveLength(1)
    return { looker, browser, email, again }
  }
  const isGone = (looker: HttpClient) => expect.poll(() => namesOf(looker)).toEqual([])

  it('when its browser logs out', async () => {
    const { looker, browser } = await startWithTwo()
    await browser.post('/logout', {}, page)
    await isGone(looker)
  })

  it('when its browser logs in over it, and not when another logs out', async () => {
    const { looker, browser, email, again } = await startWithTwo()
    await (await again()).post('/logout', {}, page)
    expect(await namesOf(looker)).toHaveLength(1)
    const _csrf = await browser.token(page)
    await browser.request('POST', '/login', { body: new URLSearchParams({ _csrf, email, password }) })
    await isGone(looker)
  })

  it('when its session gives way to newer ones', async () => {
    const { looker, email } = await startWithTwo()
    // The looker's own is older, and would go first.
    const visitors = Array.from({ length: sessionsPerAccount }, () => new HttpClient(server.url))
    for (const visitor of visitors) await visitor.logIn(email, password)
    const [newest = looker] = visitors.slice(-1)
    await isGone(newest)
  })

  it('with all others when the password changes, as the page has said', async () => {
    const { looker, browser } = await startWithTwo()
    await switchOn(looker)
    const warning = 'everywhere else. Notifications when the site is closed stop too, even in this browser.'
    expect(await textOf(browser, page)).toContain(warning)
    await browser.post('/settings/password', { currentPassword: password, newPassword: 'another password' }, page)
    expect(await namesOf(browser)).toEqual([])
    expect(await textOf(browser, page)).not.toContain(warning)
  })

  it('with all others at “Log out everywhere”', async () => {
    const { looker, email } = await startWithTwo()
    await looker.post('/settings/sessions', {}, page)
    expect(await namesOf(await logInAgain(server.url, email))).toEqual([])
  })

  it('with all others when the operator switches the account off', async () => {
    const { email } = await startWithTwo()
    const set = (what: string) =>
      fetch(`${server.url}/operator/accounts/${email.split('@')[0]}/${what}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${operatorToken}` },
      })
    await set('disable')
    await set('enable')
    expect(await namesOf(await logInAgain(server.url, email))).toEqual([])
  })
})
