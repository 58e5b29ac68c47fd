// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import { newcomer, pair } from '../support/crowd.js'
import { aliceId, HttpClient } from '../support/http-client.js'
import { picturesOf } from '../support/images/picture-server.js'
import { plainPicture } from '../support/images/pictures.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

/** Runs with a separate server that has the default limits, except for `env`. */
async function withServer(env: Record<string, string>, work: (url: string) => Promise<void>): Promise<void> {
  const server = await startTestServer({ RATE_LIMIT_REQUESTS: '', RATE_LIMIT_REACHING: '', ...env })
  try {
    await work(server.url)
  } finally {
    await server.stop()
  }
}

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))
const statusesOf = (responses: readonly Response[]) => responses.map(({ status }) => status).sort()
const words = /You(?:'|&#39;)re going too fast\. Wait \d+ seconds? and try again\./

/** The fate of a page's connection: its close code, or that it is open, which a frame shows. */
function endOf(page: LivePage): Promise<number | 'open'> {
  const opened = page.fence().then(
    () => 'open' as const,
    () => page.closed,
  )
  return Promise.race([page.closed, opened])
}

async function tokenOf(url: string, email: string): Promise<string> {
  const body = JSON.stringify({ email, password: 'password123' })
  const headers = { 'content-type': 'application/json' }
  const { token } = await (await fetch(`${url}/api/auth/login`, { method: 'POST', headers, body })).json()
  return token
}

describe.concurrent('a person who asks for too much', () => {
  it('gets each page in its turn, and 429 with Retry-After once that would be more than three seconds away', () =>
    withServer({ RATE_LIMIT_REQUESTS: '3' }, async url => {
      const [ann, ben] = [await newcomer(url), await newcomer(url)]
      const start = Date.now()
      const answers = await Promise.all(
        many(40, async () => ({ response: await ann.get('/settings'), tookMs: Date.now() - start })),
      )
      const refused = answers.filter(({ response }) => response.status === 429)
      const slowestMs = Math.max(...answers.map(({ tookMs }) => tookMs))
      expect(answers.length - refused.length).toBeGreaterThanOrEqual(12)
      expect(answers.length - refused.length).toBeLessThanOrEqual(3 + (3 * slowestMs) / 1000)
      expect(slowestMs).toBeGreaterThan(2900)
      expect(Math.min(...refused.map(({ tookMs }) => tookMs))).toBeLessThan(slowestMs - 2000)
      expect(Number(refused[0]?.response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refused[0]?.response.text()).toMatch(words)
      expect((await ben.get('/settings')).status).toBe(200)
    }))

  it('is counted at all doors together, and a program is refused at once', () =>
    withServer({ RATE_LIMIT_REQUESTS: '4', RATE_LIMIT_API: '1000' }, async url => {
      const alice = new HttpClient(url)
      await alice.logIn('alice@example.com')
      const authorization = `Bearer ${await tokenOf(url, 'alice@example.com')}`
      const pages = many(12, () => alice.get('/settings'))
      const askAsProgram = async () => {
        const response = await fetch(`${url}/api/auth/me`, { headers: { authorization } })
        return { status: response.status, ...(await response.json()) }
      }
      // Until four pages have come in; up to three programs pass before, and leave every page its turn.
      await expect.poll(askAsProgram).toMatchObject({
        status: 429,
        code: 'rate_limited',
        retryAfterMs: expect.any(Number),
      })
      expect(statusesOf(await Promise.all(pages))).toEqual(many(12, () => 200))
    }))

  it('has nothing carried out that still waited when they logged out: no form, no socket, no stream', () =>
    withServer({ RATE_LIMIT_REQUESTS: '2' }, async url => {
      const { alice, bob, chat, room } = await pair(url)
      const [token, ended] = [await alice.token(chat), 'written after the log-out']
      await new Promise(resolve => setTimeout(resolve, 1000))
      const body = (fields: Record<string, string>) => ({ body: new URLSearchParams({ _csrf: token, ...fields }) })
      // The old cookie, though the log-out has cleared it.
      const stale = new HttpClient(url)
      for (const [name, value] of alice.cookies) stale.cookies.set(name, value)
      // Two requests fill the first second; the log-out comes in the next, and everything else after it.
      await Promise.all([alice.get('/settings'), alice.get('/settings')])
      const waiting = [alice.request('POST', '/logout', body({})), alice.get('/settings')]
      await new Promise(resolve => setTimeout(resolve, 100))
      const form = stale.request('POST', `${chat}/messages`, body({ content: ended, nonce: 'n' }))
      const page = new LivePage(url, `/ws?room=${room}`, { cookie: stale.cookieHeader })
      const stream = stale.get(`${chat}/events`, { headers: { 'hx-request': 'true' } })
      const [loggedOut] = await Promise.all(waiting)
      expect([loggedOut?.status, loggedOut?.headers.get('location')]).toEqual([303, '/login'])
      const { status, headers } = await form
      expect([status, headers.get('location')]).toEqual([303, `/login?next=${encodeURIComponent(chat)}`])
      expect(await page.closed).toBe(4401)
      expect(page.frames).toEqual([])
      expect(await (await stream).text()).toBe('event: connection:close\ndata: 4401\n\n')
      expect(await (await bob.get(chat)).text()).not.toContain(ended)
    }))

  it('has sockets closed with 1013, those of pages and of programs, and never as too fast', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1' }, async url => {
      const alice = new HttpClient(url)
      await alice.logIn('alice@example.com')
      const token = await tokenOf(url, 'alice@example.com')
      const pages = many(8, () => new LivePage(url, '/ws', { cookie: alice.cookieHeader }))
      expect(new Set(await Promise.all(pages.map(endOf)))).toEqual(new Set(['open', 1013]))
      const programs = await Promise.all(many(8, () => ProgramSocket.open(url, { token })))
      const answers = programs.map(program =>
        Promise.race([program.closed, program.ask({ type: 'room:leave', roomId: 'none' }).then(() => 'open')]),
      )
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['open', 1013]))
      for (const program of programs) program.close()
    }))

  it('has streams ended as those are that come back', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1' }, async url => {
      const alice = new HttpClient(url)
      await alice.logIn('alice@example.com')
      const abort = new AbortController()
      const listen = (headers: Record<string, string>) =>
        many(8, () => alice.get('/chats/events', { headers, signal: abort.signal }))
      const pages = await Promise.all(listen({ 'hx-request': 'true' }))
      const first = await Promise.all(pages.map(async ({ body }) => String((await body?.getReader().read())?.value)))
      const away = String(new TextEncoder().encode('event: connection:away\ndata: 1013\n\n'))
      expect(first).toContain(away)
      expect(new Set(statusesOf(pages))).toEqual(new Set([200]))
      abort.abort()
    }))

  it('has joins refused, and is told when to come back', () =>
    withServer({ RATE_LIMIT_REQUESTS: '3' }, async url => {
      const { room } = await pair(url)
      const program = await ProgramSocket.open(url, { token: await tokenOf(url, 'bob@example.com') })
      const replies = await Promise.all(many(9, () => program.ask({ type: 'room:join', roomId: room })))
      expect(replies.filter(({ ok }) => ok).length).toBeGreaterThan(0)
      const refused = replies.find(({ ok }) => ok === false)
      expect(refused).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) })
      program.close()
    }))
})

describe.concurrent('what reaches another person', () => {
  const doors: [string, (chat: string) => string, Record<string, string>][] = [
    ['opens a chat', () => '/chats', {}],
    ['ends a chat', chat => `${chat}/end`, {}],
    ['chooses a lifetime', chat => `${chat}/lifetime`, { lifetimeMs: '600000' }],
    ['deletes a message', chat => `${chat}/messages/some-message/unsend`, {}],
    ['keeps messages', chat => `${chat}/keep`, {}],
  ]
  it.each(doors)(
    'is refused in words when somebody %s as fast as 1,211 times in three seconds',
    (_what, addressOf, fields) =>
      withServer({ RATE_LIMIT_REACHING: '2' }, async url => {
        const { alice, chat } = await pair(url)
        const body = new URLSearchParams({ _csrf: await alice.token(chat), userId: aliceId, ...fields })
        const answers = await Promise.all(many(12, () => alice.request('POST', addressOf(chat), { body })))
        const refused = answers.filter(({ status }) => status === 429)
        expect(answers.length - refused.length).toBeLessThanOrEqual(6)
        expect(refused[0]?.headers.get('retry-after')).toBe('1')
        expect(await refused[0]?.text()).toMatch(words)
      }),
  )

  it('is said to a page that stays where it is', () =>
    withServer({ RATE_LIMIT_REACHING: '1' }, async url => {
      const { alice, chat } = await pair(url)
      const body = new URLSearchParams({ _csrf: await alice.token(chat), lifetimeMs: '600000' })
      const headers = { 'hx-request': 'true', 'accept-language': 'de' }
      for (const door of ['lifetime', 'keep']) {
        const post = () => alice.request('POST', `${chat}/${door}`, { body, headers })
        const answers = await Promise.all(many(4, post))
        const refused = answers.find(({ status }) => status === 429)
        expect(await refused?.text()).toMatch(/^<hx-partial id="announcer" .*Das ging zu schnell/)
      }
    }))

  it('is refused by JSON as well', () =>
    withServer({ RATE_LIMIT_REACHING: '1', RATE_LIMIT_API: '1000' }, async url => {
      const authorization = `Bearer ${await tokenOf(url, 'bob@example.com')}`
      const body = JSON.stringify({ otherUserId: aliceId })
      const headers = { authorization, 'content-type': 'application/json' }
      const open = () => fetch(`${url}/api/chat/rooms`, { method: 'POST', headers, body })
      const answers = await Promise.all(many(5, open))
      const refused = answers.find(({ status }) => status === 429)
      expect(await refused?.json()).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) })
    }))

  it('is a frame to the other for a few of 2,447 signs of typing, by whatever door, and no answer to the rest', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1000' }, async url => {
      const { alice, bob, chat, room } = await pair(url)
      const bobPage = await LivePage.open(url, bob, chat)
      const alicePage = await LivePage.open(url, alice, chat)
      const program = await ProgramSocket.open(url, { token: await tokenOf(url, 'alice@example.com') })
      const csrf = await alice.token(chat)
      const start = Date.now()
      const typing = (n: number) => ({ type: n % 2 === 0 ? 'typing:start' : 'typing:stop' })
      for (let n = 0; n < 48; n++) alicePage.say(typing(n))
      const posted = await Promise.all(
        many(200, n => {
          const body = new URLSearchParams({ _csrf: csrf, ...typing(n) })
          return alice.request('POST', `${chat}/frames`, { body })
        }),
      )
      const replies = await Promise.all(many(40, n => program.ask({ ...typing(n), roomId: room })))
      expect(new Set(statusesOf(posted))).toEqual(new Set([204]))
      expect(replies.every(({ ok }) => ok)).toBe(true)
      await alicePage.fence()
      expect(alicePage.seen.filter(({ text }) => text.includes('p-'))).toEqual([])
      const seconds = Math.ceil((Date.now() - start) / 1000) + 1
      const shown = (await bobPage.fence()).filter(({ operations }) =>
        operations.some(({ target }) => target === 'typing'),
      )
      expect(shown.length).toBeGreaterThan(0)
      // Beside what was said, what was shown ends by itself.
      expect(shown.length).toBeLessThanOrEqual(10 * seconds + seconds)
      program.close()
    }))
})

describe.concurrent('what a page asks for by itself', () => {
  it('never meets a limit: 60 pictures without JavaScript', { timeout: 60_000 }, () =>
    // A quarter of the default, so that they would be refused if they counted as requests.
    withServer({ RATE_LIMIT_REQUESTS: '7' }, async url => {
      const { alice, bob, chat } = await pair(url)
      const form = new FormData()
      form.set('_csrf', await bob.token(chat))
      form.set('image', new Blob([new Uint8Array(await plainPicture('png', { width: 300, height: 200 }))]), 'picture')
      expect((await bob.request('POST', `${chat}/messages`, { body: form })).status).toBe(303)
      const html = await (await alice.get(chat)).text()
      const [picture = ''] = await picturesOf(alice, chat)
      const files = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, address = '']) => address)
      const [, beacon = ''] = /src="([^"]+\/seen[^"]*)"/.exec(html) ?? []
      const parts = [...files, beacon, ...many(60, () => picture)]
      const answers = await Promise.all(
        parts.map(async address => {
          const response = await alice.get(address)
          await response.arrayBuffer()
          return response.status
        }),
      )
      expect(files.length).toBeGreaterThan(1)
      expect(new Set(answers)).toEqual(new Set([200, 204]))
    }),
  )

  it('never meets a limit: a browser that restores 20 tabs at once', () =>
    withServer({}, async url => {
      const { alice, chat } = await pair(url)
      const restore = async () => {
        const html = await (await alice.get(chat)).text()
        const files = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, address = '']) => address)
        const loaded = await Promise.all(files.map(async file => (await alice.get(file)).status))
        const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
        const page = new LivePage(url, address.replaceAll('&amp;', '&'), { cookie: alice.cookieHeader })
        return { loaded, end: await endOf(page), page }
      }
      const tabs = await Promise.all(many(20, restore))
      expect(new Set(tabs.flatMap(({ loaded }) => loaded))).toEqual(new Set([200]))
      expect(tabs.map(({ end }) => end)).toEqual(many(20, () => 'open'))
      for (const { page } of tabs) page.socket.terminate()
    }))

  it('is not held up by a burst of reports, which is refused without a word', () =>
    withServer({ RATE_LIMIT_REQUESTS: '2' }, async url => {
      const { alice, chat } = await pair(url)
      const body = new URLSearchParams({ _csrf: await alice.token(chat), type: 'typing:stop' })
      const headers = { 'hx-request': 'true' }
      await new Promise(resolve => setTimeout(resolve, 1000))
      const reports = await Promise.all(many(60, () => alice.request('POST', `${chat}/frames`, { body, headers })))
      expect((await alice.get(chat)).status).toBe(200)
      const refused = reports.find(({ status }) => status === 429)
      expect(await refused?.text()).toBe('')
    }))

  it('is counted by session, and files of strangers are not', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1' }, async url => {
      const client = await newcomer(url)
      const stranger = new HttpClient(url)
      const [, file = ''] = /"(\/static\/[^"]+\.css)"/.exec(await (await stranger.get('/login')).text()) ?? []
      const ask = (who: HttpClient) => Promise.all(many(40, () => who.get(file)))
      const [theirs, ours] = [await ask(stranger), await ask(client)]
      expect(new Set(statusesOf(theirs))).toEqual(new Set([200]))
      expect(new Set(statusesOf(ours))).toEqual(new Set([200, 429]))
    }))
})

describe.concurrent('what a person changes and looks for', () => {
  it('is refused in words when settings are saved, people blocked and invites made too often', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1000', REGISTRATION: 'invite' }, async url => {
      const alice = new HttpClient(url)
      await alice.logIn('alice@example.com')
      const body = new URLSearchParams({ _csrf: await alice.token('/settings'), theme: 'dark' })
      const post = (path: string) => alice.request('POST', path, { body })
      const saved = await Promise.all(many(61, () => post('/settings')))
      const refused = saved.filter(({ status }) => status === 429)
      expect(refused).toHaveLength(1)
      expect(await refused[0]?.text()).toMatch(words)
      for (const door of ['/people/anybody/block', '/people/anybody/unblock', '/invites']) {
        expect((await post(door)).status).toBe(429)
      }
    }))

  it('is refused in words when a password is changed too often, though it is the right one each time', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1000' }, async url => {
      const client = await newcomer(url)
      const password = 'long enough 1'
      const change = (currentPassword: string) =>
        client.post('/settings/password', { currentPassword, newPassword: password }, '/settings')
      // Wrong guesses of somebody who has stolen a session do not keep the owner from changing the password.
      for (let n = 0; n < 10; n++) expect((await change('wrong wrong')).status).toBe(422)
      for (let n = 0; n < 10; n++) expect((await change(password)).status).toBe(303)
      const refused = await change(password)
      expect(refused.status).toBe(429)
      expect(await refused.text()).toMatch(words)
    }))

  it('is refused in words when names are looked for too fast, each of which may be a look at all', () =>
    withServer({ RATE_LIMIT_REQUESTS: '1000' }, async url => {
      const client = await newcomer(url)
      const answers = await Promise.all(many(60, () => client.get('/people?q=ali')))
      const refused = answers.filter(({ status }) => status === 429)
      expect(answers.length - refused.length).toBeLessThanOrEqual(40)
      expect(await refused[0]?.text()).toMatch(words)
    }))
})
