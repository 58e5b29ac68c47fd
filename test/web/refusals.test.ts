// Long because every case of one behaviour stands here.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { safeNext } from '#src/http/request.js'
import { newcomer, newPair } from '../support/crowd.js'
import { bobId, HttpClient } from '../support/http-client.js'
import { PageSocket } from '../support/live/page-socket.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const visitor = () => new HttpClient(server.url)
const titleOf = (html: string) => (/<title[^>]*>([^<]*)<\/title>/.exec(html) ?? [])[1]
const whereTo = (response: Response) => [response.status, response.headers.get('location')]

/** The headers of an answer without those that always differ. The length of what is compressed depends on the tokens in it. */
const headersOf = ({ headers }: Response) =>
  [...headers].filter(
    ([name]) =>
      !['x-request-id', 'date', 'set-cookie'].includes(name) &&
      !(name === 'content-length' && headers.has('content-encoding')),
  )

/** Each refused field: marked, described by its error, and linked from the summary with the same words. */
function linkedErrors(html: string): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const [, field = '', text = ''] of html.matchAll(/<li><a href="#([^"]+)">([^<]+)<\/a><\/li>/g)) {
    const control = new RegExp(`<(?:input|textarea) id="${field}"[^>]*>`).exec(html)?.[0] ?? ''
    expect(control).toContain('aria-invalid="true"')
    errors[field] = text
  }
  return errors
}

describe('a log-in', () => {
  it('with a wrong password gets 422, keeps the e-mail, and never says the password back', async () => {
    const response = await visitor().logIn('bob@example.com', 'not-his-password')
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(titleOf(html)).toMatch(/^Error: Log in/)
    expect(html).toContain('value="bob@example.com"')
    expect(html).not.toContain('not-his-password')
    expect(linkedErrors(html)).toHaveProperty('email')
  })

  it('says the same of an unknown address as of a wrong password', async () => {
    const [known, unknown] = await Promise.all(
      ['bob@example.com', 'no1@example.com'].map(async email => {
        const response = await visitor().logIn(email, 'wrong wrong')
        const html = (await response.text()).replaceAll(/(bob|no1)@example\.com|value="[^"]*"/g, '')
        return { status: response.status, headers: headersOf(response), html }
      }),
    )
    expect(known).toEqual(unknown)
  })

  it('without anything names both fields', async () => {
    const response = await visitor().logIn('', '')
    expect(response.status).toBe(422)
    expect(Object.keys(linkedErrors(await response.text()))).toEqual(['email', 'password'])
  })

  it('keeps the way back through a refusal', async () => {
    const client = visitor()
    const fields = { email: 'bob@example.com', password: 'wrong wrong', next: '/people?q=a' }
    const html = await (await client.post('/login', fields)).text()
    expect(html).toContain('name="next" value="/people?q=a"')
  })

  it('after too many failures gets 429 with Retry-After, and another account does not', async () => {
    const strict = await startTestServer({ RATE_LIMIT_AUTH: '3' })
    try {
      const client = new HttpClient(strict.url)
      const statuses: number[] = []
      for (let time = 0; time < 4; time += 1) {
        statuses.push((await client.logIn('bob@example.com', `wrong wrong ${time}`)).status)
      }
      expect(statuses).toEqual([422, 422, 422, 429])
      const right = await client.logIn('bob@example.com')
      expect(right.status).toBe(429)
      expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(right.headers.get('retry-after'))).toBeLessThanOrEqual(60)
      expect(titleOf(await right.text())).toMatch(/^Error: /)
      expect((await client.logIn('alice@example.com')).status).toBe(303)
    } finally {
      await strict.stop()
    }
  })

  it('or registration over RATE_LIMIT_AUTH_ADDRESS gets 429', async () => {
    const strict = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: '2' })
    try {
      const client = new HttpClient(strict.url)
      await client.logIn('bob@example.com', 'wrong wrong')
      await client.logIn('alice@example.com', 'wrong wrong')
      const fields = { username: 'latecomer', email: 'late@example.com', password: 'long enough 1' }
      const response = await client.post('/register', fields)
      expect(response.status).toBe(429)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await response.text()).not.toContain('long enough 1')
    } finally {
      await strict.stop()
    }
  })
})

describe('a registration', () => {
  const good = { username: 'Somebody', email: 'somebody@example.com', password: 'long enough 1' }

  it.each([
    ['a name too short', { username: 'ab' }, 'username'],
    ['a name of mixed scripts', { username: 'аlice' }, 'username'],
    ['a name with markup', { username: '<b>bold</b>' }, 'username'],
    ['a taken name in other letters', { username: 'ALICE' }, 'username'],
    ['a name that looks like a taken one', { username: 'аӏісе' }, 'username'],
    ['a reserved name', { username: 'operator' }, 'username'],
    ['a taken e-mail', { email: 'Alice@Example.com' }, 'email'],
    ['a malformed e-mail', { email: 'nobody@nowhere' }, 'email'],
    ['a password under 8 characters', { password: 'short 7' }, 'password'],
    ['a password over 72 bytes', { password: 'é'.repeat(37) }, 'password'],
  ])('with %s gets 422 with that field named, and the rest kept', async (_what, fields, refused) => {
    const typed = { ...good, ...fields }
    const response = await visitor().post('/register', typed)
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(titleOf(html)).toMatch(/^Error: Create an account/)
    expect(Object.keys(linkedErrors(html))).toEqual([refused])
    const shown = typed.username.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    expect(html).toContain(`value="${shown}"`)
    expect(html).toContain(`value="${typed.email}"`)
    expect(html).not.toContain(typed.password)
  })
})

describe('a message by a form', () => {
  it.each([
    ['empty', '  \r\n ', 'Write a message first'],
    ['over 5,000 characters', 'x'.repeat(5001), 'at most 5000 characters'],
    ['of control characters', 'bell\u0007', 'characters that can&#39;t be shown'],
  ])('that is %s gets 422, linked, with the draft in its place', async (_what, content, words) => {
    const { ann, ben, chat } = await newPair(server.url)
    const response = await ann.post(`${chat}/messages`, { content, nonce: 'n' }, chat)
    const html = await response.text()
    expect(response.status).toBe(422)
    expect(linkedErrors(html).content).toContain(words)
    // A browser drops the first newline of a textarea, so one more stands there.
    expect(html).toContain(`>\n${content}</textarea>`)
    expect(await (await ben.get(chat)).text()).not.toContain('data-message-id')
  })

  it('that is refused says so first in the title', async () => {
    const { ann, chat } = await newPair(server.url)
    const response = await ann.post(`${chat}/messages`, { content: '', nonce: 'n' }, chat)
    expect(titleOf(await response.text())).toMatch(/^Error: Chat with /)
  })

  it('of 5,000 characters once its line ends are LF is taken', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const content = 'a\r\n'.repeat(2500)
    expect((await ann.post(`${chat}/messages`, { content, nonce: 'n' }, chat)).status).toBe(303)
    expect(await (await ben.get(chat)).text()).toContain(`>${'a\n'.repeat(2500)}<`)
  })

  it('that is the sixth in a second gets 429 with Retry-After and keeps the draft', async () => {
    const { ann, chat } = await newPair(server.url)
    const token = await ann.token(chat)
    const send = (content: string) =>
      ann.request('POST', `${chat}/messages`, { body: new URLSearchParams({ _csrf: token, content, nonce: content }) })
    const answers = await Promise.all(['one', 'two', 'three', 'four', 'five', 'six'].map(send))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 303, 303, 303, 303, 429])
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    const html = (await refused[0]?.text()) ?? ''
    expect(html).toContain('You&#39;re going too fast. Wait 1 second')
    expect(html).toMatch(/>\n(one|two|three|four|five|six)<\/textarea>/)
  })

  it('to a full room gets 507 and keeps the draft', async () => {
    const small = await startTestServer({ ROOM_MAX_MESSAGES: '1' })
    try {
      const { ann, chat } = await newPair(small.url)
      await ann.post(`${chat}/messages`, { content: 'the only one', nonce: 'n1' }, chat)
      const response = await ann.post(`${chat}/messages`, { content: 'one too many', nonce: 'n2' }, chat)
      expect(response.status).toBe(507)
      expect(await response.text()).toContain('>\none too many</textarea>')
    } finally {
      await small.stop()
    }
  })
})

describe('a message of who holds an eighth of the memory for messages', () => {
  const most = 65_280
  const words = 'Your messages use all the space one person can have'

  it('gets 507 and keeps the draft, or its bubble, which may go by itself later; the other goes on', async () => {
    const small = await startTestServer({ MAX_MESSAGE_MEMORY_MB: '1', MESSAGE_MAX_LENGTH: String(most) })
    try {
      const { ann, ben, chat, room } = await newPair(small.url)
      const send = (from: HttpClient, content: string, nonce: string) =>
        from.post(`${chat}/messages`, { content, nonce }, chat)
      expect((await send(ann, 'x'.repeat(most), 'n1')).status).toBe(303)
      const response = await send(ann, 'one too many', 'n2')
      expect(response.status).toBe(507)
      const html = await response.text()
      expect(html).toContain('>\none too many</textarea>')
      expect(html).toContain(words)
      const page = await PageSocket.open(small.url, ann, room)
      page.send({ type: 'message:send', content: 'one too many', nonce: 'n3' })
      const [bubble] = await page.shows(/<div id="p-n3"[\s\S]*?<\/form>/)
      expect(bubble).toContain('class="mine pending"')
      expect(bubble).toContain(words)
      expect((await send(ben, 'still here', 'n4')).status).toBe(303)
      page.close()
    } finally {
      await small.stop()
    }
  })
})

describe('a session', () => {
  it('is not made by a visit, nor by a refused log-in', async () => {
    const client = visitor()
    for (const path of ['/', '/login', '/register', '/chats', '/nowhere', '/health']) await client.get(path)
    await client.logIn('bob@example.com', 'wrong wrong')
    expect([...client.cookies.keys()]).toEqual([server.cookieName('csrf')])
  })

  it('gets a new id at log-in, whatever was planted', async () => {
    const thief = await newcomer(server.url)
    const { sessionName, session: planted } = thief
    const bob = { email: 'bob@example.com', password: 'password123' }
    // A session that lives, so that the log-in is posted with a token of its pages; and the same once it is over.
    for (const page of ['/chats', '/login']) {
      const client = visitor()
      client.cookies.set(sessionName, planted)
      expect((await client.post('/login', bob, page)).status).toBe(303)
      expect(client.session).toMatch(/^s%3A/)
      expect(client.session).not.toBe(planted)
      expect((await client.get('/chats')).status).toBe(200)
      expect((await thief.get('/chats')).status).toBe(303)
    }
  })

  it('that is gone sends a post to the log-in with the way back', async () => {
    const { ann, chat } = await newPair(server.url)
    const token = await ann.token(chat)
    ann.cookies.delete(ann.sessionName)
    const body = () => new URLSearchParams({ _csrf: token, content: 'unsent', nonce: 'n', userId: bobId })
    expect(whereTo(await ann.request('POST', `${chat}/messages`, { body: body() }))).toEqual([
      303,
      `/login?next=${encodeURIComponent(chat)}`,
    ])
    expect(whereTo(await ann.request('POST', `${chat}/end`, { body: body() }))).toEqual([
      303,
      `/login?next=${encodeURIComponent(chat)}`,
    ])
    expect(whereTo(await ann.request('POST', '/chats', { body: body() }))).toEqual([303, '/login?next=%2Fchats'])
  })

  it.each([
    ['/settings', '/settings'],
    ['/settings/password', '/settings/account'],
    ['/invites', '/invites'],
    ['/people/AAAAAAAA/block', '/people/AAAAAAAA/block'],
    ['/people/AAAAAAAA/unblock', '/settings/privacy'],
    ['/chats/AAAAAAAA/keep', '/chats/AAAAAAAA'],
    ['/chats/frames', '/chats'],
    ['/logout', '/chats'],
  ])('that is gone leads from a post to %s back to %s', async (path, page) => {
    const body = new URLSearchParams({ theme: 'dark' })
    expect(whereTo(await visitor().request('POST', path, { body }))).toEqual([
      303,
      `/login?next=${encodeURIComponent(page)}`,
    ])
  })
})

describe('a way back', () => {
  const abroad = [
    '/.//evil.example/x',
    '/chats/../..//evil.example',
    '/.\\/evil.example',
    '/\\evil.example',
    '/./\\evil.example',
    '/\t/evil.example',
    '/%2e//evil.example',
    '//evil.example',
    'https://evil.example/',
  ]

  it.each(abroad)('that is %j leads to the chats: whoever is logged in, logs in, or registers', async next => {
    const asked = `next=${encodeURIComponent(next)}`
    const one = visitor()
    const shown = await (await one.get(`/login?${asked}`)).text()
    expect(shown + (await (await one.get(`/register?${asked}`)).text())).not.toContain('name="next"')
    const fields = { email: 'bob@example.com', password: 'password123', next }
    expect(whereTo(await one.post('/login', fields))).toEqual([303, '/chats'])
    expect(whereTo(await one.get(`/login?${asked}`))).toEqual([303, '/chats'])
    const username = `back-${abroad.indexOf(next)}`
    const account = { username, email: `${username}@example.com`, password: 'long enough 1', next }
    expect(whereTo(await visitor().post('/register', account))).toEqual([303, '/chats'])
  })

  it('is of this server, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      '\\',
      '%2e',
      '@',
      ':',
      '?',
      '#',
      'evil.example',
      'chats',
      '\t',
      'http:',
    )
    const address = fc.oneof(
      fc.string(),
      fc.array(piece).map(pieces => `/${pieces.join('')}`),
    )
    const isOurs = (next: string) => new URL(safeNext(next) || '/', 'http://here').origin === 'http://here'
    fc.assert(fc.property(address, isOurs), { numRuns: 5000 })
  })
})

describe('a token', () => {
  const stale = { _csrf: 'of-yesterday' }

  it('that is stale alone gives a message’s form again with its draft, and sends nothing', async () => {
    const { ann, chat } = await newPair(server.url)
    const response = await ann.post(`${chat}/messages`, { ...stale, content: 'not yet\r\nsent', nonce: 'n' }, chat)
    const html = await response.text()
    expect(response.status).toBe(403)
    expect(html).toContain('>\nnot yet\r\nsent</textarea>')
    expect(html).toContain('Nothing was sent')
    const [, token = ''] =
      /action="\/chats\/[\w-]+\/messages"[^>]*>\s*<input type="hidden" name="_csrf" value="([^"]+)"/.exec(html) ?? []
    const body = new URLSearchParams({ _csrf: token, content: 'not yet\r\nsent', nonce: 'n' })
    expect((await ann.request('POST', `${chat}/messages`, { body })).status).toBe(303)
  })

  it.each([
    ['/login', { email: 'bob@example.com', password: 'never echoed' }, 'bob@example.com'],
    ['/register', { username: 'Kept', email: 'kept@example.com', password: 'long enough 1' }, 'kept@example.com'],
  ])('that is stale gives the form of %s again with what was typed', async (path, fields, kept) => {
    const response = await visitor().post(path, { ...stale, ...fields })
    const html = await response.text()
    expect(response.status).toBe(403)
    expect(html).toContain(`value="${kept}"`)
    expect(html).not.toContain(fields.password)
  })

  it('of an earlier log-in gives every other form again: its fields, a good token, one button', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const [, benId = ''] = /name="userId" value="([^"]+)"/.exec(await (await ann.get(chat)).text()) ?? []
    await ben.post(`${chat}/messages`, { content: 'unread', nonce: 'n' }, chat)
    await ann.post(`${chat}/messages`, { content: 'mine', nonce: 'n' }, chat)
    const mine = /<article[^>]*data-message-id="([\w-]+)"[^>]*data-nonce="n"/.exec(await (await ann.get(chat)).text())
    const posts: [string, Record<string, string>, string][] = [
      ['/chats', { userId: benId }, chat],
      [`${chat}/lifetime`, { lifetimeMs: '300000' }, chat],
      [`${chat}/keep`, {}, chat],
      [`${chat}/messages/${mine?.[1]}/unsend`, {}, chat],
      [`/people/${benId}/block`, {}, `/people/${benId}/block`],
      [`/people/${benId}/unblock`, {}, '/settings/privacy?done=unblocked'],
      [`${chat}/end`, {}, '/chats'],
      ['/logout', {}, '/login'],
    ]
    for (const [path, fields, goal] of posts) {
      const answer = await ann.post(path, { ...stale, ...fields }, '/chats')
      const html = await answer.text()
      expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 403, null])
      expect(html).toContain('You logged in again after opening this page')
      const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(html) ?? []
      expect(action).toBe(path)
      const given = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
      const body = new URLSearchParams(given.map(([, name = '', value = '']) => [name, value]))
      expect(Object.fromEntries(body)).toMatchObject(fields)
      expect([path, ...whereTo(await ann.request('POST', action, { body }))]).toEqual([path, 303, goal])
    }
  })

  it('that is stale does nothing by itself, and gives back what was typed as text alone', async () => {
    const { ann, chat } = await newPair(server.url)
    const draft = '"><script>alert(1)</script>'
    const html = await (await ann.post('/chats', { ...stale, draft, '"x"': draft }, '/chats')).text()
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;')
    expect(html).not.toContain('<script>alert')
    await ann.post(`${chat}/end`, stale, chat)
    expect((await ann.get(chat)).status).toBe(200)
  })

  it('that is stale is held out to nobody from a page of another site', async () => {
    const { ann, chat } = await newPair(server.url)
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await ann.post(`${chat}/end`, stale, chat, { headers: { origin } })
      expect(answer.status).toBe(403)
      expect(await answer.text()).not.toContain('<form')
    }
  })

  it('that is stale has a page that htmx posts from come anew', async () => {
    const { ann, chat } = await newPair(server.url)
    const headers = { 'hx-request': 'true' }
    for (const [path, fields] of [
      ['lifetime', { lifetimeMs: '60000' }],
      ['messages', { content: 'not sent', nonce: 'n' }],
    ] as const) {
      const answer = await ann.post(`${chat}/${path}`, { ...stale, ...fields }, chat, { headers })
      expect([path, answer.status, answer.headers.get('hx-refresh')]).toEqual([path, 403, 'true'])
      expect(await answer.text()).toBe('')
    }
  })

  it('that is missing, or of somebody else, ends no chat and logs nobody out', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const foreign = await ben.token(chat)
    for (const token of ['', foreign]) {
      for (const path of [`${chat}/end`, '/logout', '/chats']) {
        const body = new URLSearchParams({ _csrf: token, userId: bobId })
        expect((await ann.request('POST', path, { body })).status).toBe(403)
      }
    }
    expect((await ann.get(chat)).status).toBe(200)
  })

  it('may come as a header', async () => {
    const { ann, chat } = await newPair(server.url)
    const headers = { 'csrf-token': await ann.token(chat) }
    const body = new URLSearchParams({ content: 'by header', nonce: 'n' })
    expect((await ann.request('POST', `${chat}/messages`, { body, headers })).status).toBe(303)
  })

  it('of before the log-in is worth nothing after it', async () => {
    const client = visitor()
    const early = await client.token('/login')
    await client.logIn('bob@example.com')
    const body = new URLSearchParams({ _csrf: early })
    expect((await client.request('POST', '/logout', { body })).status).toBe(403)
  })
})

describe('a request of another site’s page', () => {
  it.each(['https://evil.example', 'null', 'http://localhost.evil.example'])('from %s gets 403', async origin => {
    const { ann, chat } = await newPair(server.url)
    const response = await ann.post(`${chat}/messages`, { content: 'forged', nonce: 'n' }, chat, {
      headers: { origin },
    })
    expect(response.status).toBe(403)
    expect(await (await ann.get(chat)).text()).not.toContain('forged')
  })

  it('is told by PUBLIC_URL where that is set, else by the request’s Host', async () => {
    const known = await startTestServer({ PUBLIC_URL: 'http://chat.example' })
    try {
      const post = (base: string, origin: string) =>
        new HttpClient(base).post('/login', { email: 'bob@example.com', password: 'password123' }, '/login', {
          headers: { origin },
        })
      expect((await post(known.url, 'http://chat.example')).status).toBe(303)
      expect((await post(known.url, known.url)).status).toBe(403)
      expect((await post(server.url, server.url)).status).toBe(303)
    } finally {
      await known.stop()
    }
  })
})

describe('an address', () => {
  it('that is none of ours is a page with 404, logged in or not', async () => {
    for (const client of [visitor(), await newcomer(server.url)]) {
      for (const path of [
        '/nowhere',
        '/static/build/none.js',
        '/static/../package.json',
        '/.env',
        '/uploads/',
        '/%00',
      ]) {
        const response = await client.get(path)
        expect([path, response.status]).toEqual([path, 404])
        expect(await response.text()).toContain('Page not found')
      }
    }
  })

  it('that is malformed is a refusal and no fault of ours', async () => {
    const client = await newcomer(server.url)
    expect((await client.get('/chats/%E0%A4%A')).status).toBe(400)
  })

  it.each([
    ['DELETE', '/', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
    ['POST', '/static/icons/icon.svg', 'GET, HEAD'],
    ['DELETE', '/static/icons/icon.svg', 'GET, HEAD'],
    ['DELETE', '/chats', 'GET, HEAD, POST'],
    ['PUT', '/login', 'GET, HEAD, POST'],
    ['PATCH', '/register', 'GET, HEAD, POST'],
    ['DELETE', '/reset/x', 'GET, HEAD, POST'],
    ['GET', '/logout', 'POST'],
    ['DELETE', '/chats/AAAAAAAAAAAAAAAAAAAAAA', 'GET, HEAD'],
    ['GET', '/chats/AAAAAAAAAAAAAAAAAAAAAA/messages', 'POST'],
    ['POST', '/people', 'GET, HEAD'],
  ])('asked by %s %s gets 405 with what is allowed', async (method, path, allowed) => {
    const client = await newcomer(server.url)
    const headers = { 'csrf-token': await client.token('/chats') }
    const response = await client.request(method, path, { headers })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allowed])
  })

  it.each(['PUT', 'PATCH', 'DELETE'])('of a form gets 405 by %s without a token, logged in or not', async method => {
    for (const client of [visitor(), await newcomer(server.url)]) {
      for (const path of ['/login', '/register', '/reset/x', '/', '/settings', '/chats']) {
        expect([path, (await client.request(method, path)).status]).toEqual([path, 405])
      }
    }
  })

  it('of a page with nobody logged in gives the log-in', async () => {
    for (const path of ['/chats', '/people?q=x', '/chats/AAAAAAAAAAAAAAAAAAAAAA']) {
      expect(whereTo(await visitor().get(path))).toEqual([303, `/login?next=${encodeURIComponent(path)}`])
    }
  })
})

describe('a stranger', () => {
  it('gets for a chat of others what they get for one that never was, byte for byte', async () => {
    const { ann, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'private', nonce: 'n' }, chat)
    const [, id = ''] = /data-message-id="([^"]+)"/.exec(await (await ann.get(chat)).text()) ?? []
    const stranger = await newcomer(server.url)
    const token = await stranger.token('/chats')
    const fields = {
      _csrf: token,
      content: 'hello',
      nonce: 'n',
      type: 'typing:start',
      lifetimeMs: '60000',
      paused: 'yes',
    }
    const picture = new FormData()
    picture.set('_csrf', token)
    picture.set('image', new Blob(['GIF89a']), 'picture.gif')
    const posted = () => new URLSearchParams(fields)
    const requests: [string, number, (() => BodyInit)?][] = [
      ['', 404],
      ['/end', 404],
      ['/frame', 404],
      [`/seen?upto=${id}`, 404],
      ['/events', 404],
      ['/end', 404, posted],
      ['/messages', 404, posted],
      ['/messages', 404, () => picture],
      ['/images', 404, () => picture],
      [`/messages/${id}/unsend`, 404, posted],
      ['/frames', 404, posted],
      ['/lifetime', 404, posted],
      ['/keep', 404, posted],
      ['/updates', 404, posted],
    ]
    for (const [path, status, body] of requests) {
      const [theirs, none] = await Promise.all(
        [chat, '/chats/AAAAAAAAAAAAAAAAAAAAAA'].map(async room => {
          const response = await stranger.request(body ? 'POST' : 'GET', room + path, body && { body: body() })
          return { path, status: response.status, headers: headersOf(response), text: await response.text() }
        }),
      )
      expect(theirs).toEqual(none)
      expect([path, theirs?.status]).toEqual([path, status])
      expect(theirs?.text).not.toContain('private')
    }
    const after = await (await ann.get(chat)).text()
    expect(after).toContain('private')
    expect(after).toContain('data-status="sent"')
    expect(after).not.toContain('hello')
  })

  it('learns no more by a stale token or by one that is too long', async () => {
    const { chat } = await newPair(server.url)
    const stranger = await newcomer(server.url)
    for (const content of ['x', 'x'.repeat(6000)]) {
      const [theirs, none] = await Promise.all(
        [chat, '/chats/AAAAAAAAAAAAAAAAAAAAAA'].map(async room => {
          const body = new URLSearchParams({ _csrf: 'stale', content })
          const response = await stranger.request('POST', `${room}/messages`, { body })
          return [response.status, await response.text()]
        }),
      )
      expect(theirs).toEqual(none)
    }
  })
})
