// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { aliceId, HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_AUTH: '5' })
})
afterAll(() => server.stop())

const password = 'a password of mine'
let count = 0

/** Registers somebody new, who is then logged in. */
async function join(zone = ''): Promise<{ client: HttpClient; name: string; email: string }> {
  count += 1
  const name = `person${count}`
  const email = `${name}@example.com`
  const client = new HttpClient(server.url)
  const answer = await client.post('/register', { username: name, email, password, zone })
  expect(answer.status).toBe(303)
  return { client, name, email }
}

async function logIn(email: string, secret = password): Promise<HttpClient> {
  const client = new HttpClient(server.url)
  await client.logIn(email, secret)
  return client
}

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const isLoggedIn = async (client: HttpClient) => (await client.get('/chats')).status === 200

/** Long before the next heartbeat, at which every socket of a session that is over ends. */
const atOnceMs = 5000

/** The close code of a person's socket for the list of chats. */
function closingOf(client: HttpClient): { opened: Promise<void>; closed: Promise<number> } {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, {
    headers: { cookie: client.cookieHeader, origin: server.url },
  })
  return {
    opened: new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)),
    closed: new Promise(resolve => socket.once('close', resolve)),
  }
}

describe('what a person sets', () => {
  it('is kept with the account and applied on every page', async () => {
    const { client, email } = await join()
    expect(await textOf(client, '/chats')).not.toContain('data-theme')
    const fields = { theme: 'light', zone: 'Asia/Tokyo', sendKey: 'ctrl-enter', refreshSeconds: '15' }
    const saved = await client.post('/settings', fields)
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/settings?done=saved'])
    expect(await textOf(client, '/settings?done=saved')).toContain('Settings saved')
    const elsewhere = await logIn(email)
    for (const path of ['/chats', '/settings', '/nowhere']) {
      expect(await textOf(elsewhere, path)).toContain('<html lang="en" dir="ltr" data-theme="light">')
    }
    const page = await textOf(elsewhere, '/settings')
    for (const value of Object.values(fields)) {
      expect(page).toMatch(new RegExp(`value="${value}" (checked|selected)>`))
    }
    const chat = await textOf(elsewhere, await elsewhere.openChat(aliceId))
    expect(chat).toContain('data-send-key="ctrl-enter"')
    expect(chat).toContain('Ctrl+Enter sends. Enter starts a new line.')
  })

  it('sets the size of text, what is spoken, and what sounds, with boxes that can all be empty', async () => {
    const { client } = await join()
    const chat = await client.openChat(aliceId)
    expect(await textOf(client, chat)).not.toMatch(/data-size=|data-sounds|data-notice|notices-/)
    const post = async (fields: [string, string][]) => {
      const body = new URLSearchParams([['_csrf', await client.token('/settings')], ...fields])
      return client.request('POST', '/settings', { body })
    }
    await post([
      ['textSize', 'larger'],
      ['announced', ''],
      ['announced', 'typing'],
      ['sounds', ''],
      ['sounds', 'mine'],
      ['sounds', 'theirs'],
      ['notifies', 'yes'],
    ])
    const page = await textOf(client, chat)
    expect(page).toContain('data-size="larger"')
    expect(page).toContain('data-sounds="mine theirs"')
    expect(page).toContain('data-notice="You have a new message"')
    expect(page).toMatch(/<script type="module" src="[^"]*notices-/)
    const checked = /name="(announced|sounds)" value="(\w+)" checked/g
    const boxes = async () => [...(await textOf(client, '/settings')).matchAll(checked)].map(([, , value]) => value)
    expect(await boxes()).toEqual(['typing', 'mine', 'theirs'])
    await post([
      ['announced', ''],
      ['sounds', ''],
    ])
    expect(await boxes()).toEqual([])
    expect((await post([['sounds', 'drums']])).status).toBe(422)
  })

  it('decides in which zone times are said, before what the browser says', async () => {
    const { client } = await join('Asia/Kolkata')
    const chat = await client.openChat(aliceId)
    await client.post(`${chat}/messages`, { content: 'hello', nonce: 'n' }, chat)
    const [, sentAt = ''] = /<time datetime="([^"]+)"/.exec(await textOf(client, chat)) ?? []
    const hourIn = (timeZone: string) =>
      new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(
        new Date(sentAt),
      )
    expect(await textOf(client, chat)).toContain(`>${hourIn('Asia/Kolkata')}</time>`)
    await client.post('/settings', { zone: 'Asia/Tokyo' })
    expect(await textOf(client, chat)).toContain(`>${hourIn('Asia/Tokyo')}</time>`)
    await client.post('/settings', { zone: '' })
    expect(await textOf(client, chat)).toContain(`>${hourIn('Asia/Kolkata')}</time>`)
  })

  it('takes the zone that a browser tells after a journey, and has its page loaded again once', async () => {
    const { client } = await join('Asia/Tokyo')
    const tell = async (zone: string) => {
      const answer = await client.post('/settings/zone', { zone }, '/settings')
      return [answer.status, answer.headers.get('hx-refresh')]
    }
    expect(await textOf(client, '/settings')).toContain('data-told="Asia/Tokyo"')
    expect(await tell('Europe/Madrid')).toEqual([204, 'true'])
    expect(await textOf(client, '/settings')).toContain('time zone is Europe/Madrid')
    expect(await textOf(client, '/settings')).toContain('data-told="Europe/Madrid"')
    for (const zone of ['Europe/Madrid', 'europe/madrid', 'Mars/Olympus', ''])
      expect(await tell(zone)).toEqual([204, null])
    expect(await textOf(client, '/settings')).toContain('time zone is Europe/Madrid')
    await client.post('/settings', { zone: 'Asia/Dubai' })
    expect(await textOf(client, '/settings')).not.toContain('data-told')
  })

  it('knows a time zone by its one name, however the browser or a form spells it', async () => {
    const { client } = await join('aMeRiCa/nEw_yOrK')
    expect(await textOf(client, '/settings')).toContain('time zone is America/New York')
    await client.post('/settings', { zone: 'aSiA/tOkYo' })
    const page = await textOf(client, '/settings')
    expect(page).toMatch(/<option value="Asia\/Tokyo" selected/)
    expect(page).not.toContain('aSiA')
  })

  it('is refused when it is none of the choices, and nothing of it is kept', async () => {
    const { client } = await join()
    for (const fields of [{ theme: 'pink' }, { zone: 'Mars/Olympus' }, { refreshSeconds: '1' }, { sendKey: 'x' }]) {
      const answer = await client.post('/settings', { theme: 'light', ...fields })
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('page-title">Error: Settings')
    }
    expect(await textOf(client, '/settings')).not.toContain('data-theme')
  })

  it('is for those who are logged in, and needs a token', async () => {
    const stranger = new HttpClient(server.url)
    expect((await stranger.get('/settings')).headers.get('location')).toBe('/login?next=%2Fsettings')
    const { client } = await join()
    const answer = await client.request('POST', '/settings', { body: new URLSearchParams({ theme: 'light' }) })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('This page is out of date')
  })

  it('is found from every page with the list', async () => {
    const { client } = await join()
    for (const path of ['/chats', await client.openChat(aliceId)]) {
      const page = await textOf(client, path)
      expect(page).toContain('href="/settings" aria-label="Settings"')
      expect(page).toContain('>Log out</button>')
    }
  })
})

describe('the page of settings', () => {
  const noticeOf = (html: string) => /<p class="notice" role="status">([^<]*)</.exec(html)?.[1]
  const chosen = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]*)" checked`).exec(html)?.[1]

  it('names the account and has no notice, no error and nobody blocked when nothing led to it', async () => {
    const { client, name, email } = await join()
    const html = await textOf(client, '/settings')
    expect(html).toContain(`<bdi>${name}</bdi><bdi class="hint">${email}</bdi>`)
    expect(html).toMatch(/<title[^>]*>Settings/)
    expect(noticeOf(html)).toBeUndefined()
    for (const absent of ['role="alert"', 'Blocked people', 'href="/invites"']) expect(html).not.toContain(absent)
  })

  it.each([
    ['saved', 'Settings saved'],
    ['password', 'Password changed. You&#39;re logged out everywhere else.'],
    ['unblocked', 'You can chat with each other again.'],
    ['whatever', undefined],
  ])('says what has been done: %s', async (done, words) => {
    const { client } = await join()
    expect(noticeOf(await textOf(client, `/settings?done=${done}`))).toBe(words)
  })

  it('says that a form had grown old rather than what had been done before', async () => {
    const { client } = await join()
    const body = new URLSearchParams({ _csrf: 'stale', theme: 'light' })
    const answer = await client.request('POST', '/settings?done=saved', { body })
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(html).toContain('This page is out of date. Nothing was sent; your text is still here.')
    expect(html).toMatch(/<title[^>]*>Error: Settings/)
    expect(noticeOf(html)).toBeUndefined()
    expect(await textOf(client, '/settings')).not.toContain('data-theme')
  })

  it.each(['/settings/password', '/settings/sessions', '/settings/delete'])(
    'is what a form of %s that had grown old leads to',
    async path => {
      const { client } = await join()
      const answer = await client.post(path, { _csrf: 'stale', password }, '/settings')
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('This page is out of date. Nothing was sent; your text is still here.')
      expect(await isLoggedIn(client)).toBe(true)
    },
  )

  it('changes the fields that a form has and leaves all others as they are', async () => {
    const { client } = await join()
    const all = {
      theme: 'light',
      textSize: 'large',
      sendKey: 'ctrl-enter',
      sendsReceipts: 'no',
      sendsTyping: 'no',
      notifies: 'yes',
      startsPaused: 'yes',
      refreshSeconds: '60',
    }
    const kept = async () => {
      const html = await textOf(client, '/settings')
      return Object.fromEntries(Object.keys(all).map(name => [name, chosen(html, name)]))
    }
    expect(await kept()).toEqual({
      theme: 'system',
      textSize: 'normal',
      sendKey: 'auto',
      sendsReceipts: 'yes',
      sendsTyping: 'yes',
      notifies: 'no',
      startsPaused: 'no',
      refreshSeconds: '0',
    })
    await client.post('/settings', { ...all, announced: 'sent', sounds: 'theirs', zone: 'Asia/Tokyo', language: 'de' })
    await client.post('/settings', {})
    expect(await kept()).toEqual(all)
    const html = await textOf(client, '/settings')
    expect([...html.matchAll(/name="(announced|sounds)" value="(\w+)" checked/g)].map(([, , value]) => value)).toEqual([
      'sent',
      'theirs',
    ])
    expect(html).toMatch(/<option value="Asia\/Tokyo" selected/)
    expect(html).toMatch(/<option value="de" lang="de" selected/)
    await client.post('/settings', {
      sendsReceipts: 'yes',
      sendsTyping: 'yes',
      notifies: 'no',
      startsPaused: 'no',
      refreshSeconds: '0',
    })
    expect(await kept()).toEqual({
      ...all,
      sendsReceipts: 'yes',
      sendsTyping: 'yes',
      notifies: 'no',
      startsPaused: 'no',
      refreshSeconds: '0',
    })
  })

  it('keeps the time zone of the browser when the password changes', async () => {
    const { client } = await join('Asia/Tokyo')
    const fields = { currentPassword: password, newPassword: 'another password' }
    expect((await client.post('/settings/password', fields, '/settings')).status).toBe(303)
    expect(await textOf(client, '/settings')).toContain('time zone is Asia/Tokyo')
  })
})

describe('changing the password', () => {
  it('ends every other session and socket, and lets this one go on', async () => {
    const { client, email } = await join()
    const other = await logIn(email)
    const socket = closingOf(other)
    await socket.opened
    const oldCookies = new Map(client.cookies)
    const fields = { currentPassword: password, newPassword: 'another password' }
    const start = Date.now()
    const answer = await client.post('/settings/password', fields, '/settings')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings?done=password'])
    expect(await socket.closed).toBe(4401)
    expect(Date.now() - start).toBeLessThan(atOnceMs)
    expect([await isLoggedIn(client), await isLoggedIn(other)]).toEqual([true, false])
    const thief = new HttpClient(server.url)
    for (const [name, value] of oldCookies) thief.cookies.set(name, value)
    expect(await isLoggedIn(thief)).toBe(false)
    expect(await isLoggedIn(await logIn(email))).toBe(false)
    expect(await isLoggedIn(await logIn(email, 'another password'))).toBe(true)
  })

  it('asks for the current one, and says what is wrong where it is', async () => {
    const { client, email } = await join()
    for (const [currentPassword, newPassword, field] of [
      ['not this', 'another password', 'currentPassword'],
      [password, 'short', 'newPassword'],
      ['', 'another password', 'currentPassword'],
    ] as const) {
      const answer = await client.post('/settings/password', { currentPassword, newPassword }, '/settings')
      const page = await answer.text()
      expect(answer.status).toBe(422)
      expect(page).toContain('page-title">Error: Settings')
      expect(page).toContain(`<a href="#${field}">`)
      expect(page).toMatch(
        new RegExp(`id="${field}"[^>]+aria-invalid="true"[^>]+aria-describedby="[^"]*${field}-error"`),
      )
      expect(page).not.toContain(`value="${newPassword}"`)
    }
    expect(await isLoggedIn(await logIn(email))).toBe(true)
  })

  it('cannot be guessed at, here and at the log-in together', async () => {
    const { client, email } = await join()
    const guess = (n: number) =>
      client.post('/settings/password', { currentPassword: `guess ${n}`, newPassword: 'another password' }, '/settings')
    for (let n = 0; n < 3; n++) expect((await guess(n)).status).toBe(422)
    for (let n = 0; n < 2; n++) await logIn(email, 'a wrong guess')
    const refused = await guess(9)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const right = { currentPassword: password, newPassword: 'another password' }
    expect((await client.post('/settings/password', right, '/settings')).status).toBe(429)
    expect((await client.post('/settings/delete', { password }, '/settings')).status).toBe(429)
    expect(await isLoggedIn(client)).toBe(true)
  })
})

it('logs out everywhere', async () => {
  const { client, email } = await join()
  const other = await logIn(email)
  const sockets = [closingOf(client), closingOf(other)]
  await Promise.all(sockets.map(({ opened }) => opened))
  const start = Date.now()
  const answer = await client.post('/settings/sessions', {}, '/settings')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?done=everywhere'])
  expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4401, 4401])
  expect(Date.now() - start).toBeLessThan(atOnceMs)
  expect([await isLoggedIn(client), await isLoggedIn(other)]).toEqual([false, false])
  expect(await isLoggedIn(await logIn(email))).toBe(true)
})

describe('deleting the account', () => {
  it('erases its chats at once, tells the other, and frees the name', async () => {
    const { client, name, email } = await join()
    const alice = await logIn('alice@example.com', 'password123')
    const chat = await client.openChat(aliceId)
    await client.post(`${chat}/messages`, { content: 'soon gone', nonce: 'n' }, chat)
    const told = new Promise<string>((resolve, reject) => {
      const url = `${server.url.replace('http', 'ws')}/ws?room=${chat.split('/').at(-1)}`
      const socket = new WebSocket(url, { headers: { cookie: alice.cookieHeader, origin: server.url } })
      socket.once('error', reject)
      socket.on('message', data => {
        if (!data.toString().includes('account')) return
        resolve(data.toString())
        socket.close()
      })
      socket.once('open', async () => {
        const answer = await client.post('/settings/delete', { password }, '/settings')
        expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?done=deleted'])
      })
    })
    expect(await told).toContain(`${name} deleted their account`)
    expect((await alice.get(chat)).status).toBe(404)
    expect(await textOf(alice, `/people?q=${name}`)).toContain('No one found')
    expect(await isLoggedIn(client)).toBe(false)
    expect(await isLoggedIn(await logIn(email))).toBe(false)
    expect(await textOf(new HttpClient(server.url), '/login?done=deleted')).toContain(
      'Your account and all your chats have been deleted.',
    )
    const again = await new HttpClient(server.url).post('/register', { username: name, email, password })
    expect(again.status).toBe(303)
  })

  it('asks for the password', async () => {
    const { client } = await join()
    for (const wrong of ['', 'not this']) {
      const answer = await client.post('/settings/delete', { password: wrong }, '/settings')
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('<a href="#password">')
    }
    expect(await isLoggedIn(client)).toBe(true)
  })
})

it.each(['/settings', '/settings/password', '/settings/sessions', '/settings/delete'])(
  'a stranger who posts to %s goes to the log-in, and from there to the settings',
  async path => {
    const answer = await new HttpClient(server.url).request('POST', path)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Fsettings'])
  },
)
