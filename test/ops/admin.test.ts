// Long because every case of one behaviour stands here.
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { readConfig } from '#src/config.js'
import { idOf } from '../support/crowd.js'
import { aliceId, HttpClient } from '../support/http-client.js'
import { nodeSettings } from '../support/nodes.js'
import { startRedisServer } from '../support/redis-server.js'
import { startOneServer, startTestServer } from '../support/test-server.js'

const script = fileURLToPath(new URL('../../scripts/admin.mjs', import.meta.url))
const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const password = 'a password of mine'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ OPERATOR_TOKEN: token })
})
afterAll(() => server.stop())

/** Runs `npm run admin -- ...` without npm. */
function admin(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; out: string; err: string }>(resolve => {
    // HOST too: a .env in this folder is for what the environment leaves out.
    const settings = {
      ...{ PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: new URL(server.url).port, OPERATOR_TOKEN: token },
      ...env,
    }
    execFile(process.execPath, [script, ...args], { env: settings }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trim(), err: err.trim() })
    })
  })
}

async function register(name: string): Promise<HttpClient> {
  const client = new HttpClient(server.url)
  await client.post('/register', { username: name, email: `${name}@example.com`, password })
  return client
}

async function logIn(name: string, secret = password): Promise<{ client: HttpClient; status: number; page: string }> {
  const client = new HttpClient(server.url)
  const answer = await client.logIn(`${name}@example.com`, secret)
  return { client, status: answer.status, page: await answer.text() }
}

const isLoggedIn = async (client: HttpClient) => (await client.get('/chats')).status === 200

describe('npm run admin', () => {
  it('lists the accounts', async () => {
    await register('lister')
    const { code, out } = await admin(['list'])
    expect(code).toBe(0)
    expect(out.split('\n')).toContainEqual(
      expect.stringMatching(/^lister\tlister@example\.com\tsince \d{4}-\d\d-\d\d$/),
    )
    expect(out).not.toContain('$2')
    expect(out.split('\n')).toContain('alice\talice@example.com\tdemo account')
  })

  it('says that a server which needs nothing else has what it needs', async () => {
    expect(await admin(['health'])).toMatchObject({ code: 0, out: 'ok' })
  })

  it('says in sentences what is wrong with Redis', async () => {
    const redis = await startRedisServer(['--appendonly', 'yes'])
    onTestFinished(() => redis.stop())
    const node = await startOneServer(nodeSettings(redis, { OPERATOR_TOKEN: token }))
    onTestFinished(() => node.stop())
    const { out } = await admin(['health'], { PORT: new URL(node.url).port })
    expect(out).toMatch(
      /^ok\nRedis keeps a log of changes \(appendonly\): messages reach a disk\.\nMessages and accounts are in/,
    )
  })

  it('adds a person where nobody can register, with a link by which they set their password, once', async () => {
    const closed = await startTestServer({ OPERATOR_TOKEN: token, REGISTRATION: 'closed' })
    onTestFinished(() => closed.stop())
    const { port } = new URL(closed.url)
    const add = (...args: string[]) => admin(['add', ...args], { PORT: port })
    const { code, out: link, err } = await add('new.person', 'new@example.com')
    expect(err).toMatch(
      /^By this link new\.person sets their password.* once, within an hour, and no more after a restart/,
    )
    expect(err).toMatch(/\nThe link is for this machine alone: set PUBLIC_URL/)
    expect([code, link]).toEqual([0, expect.stringMatching(/^http:\S+\/reset\/[\w-]{32}$/)])
    const { pathname } = new URL(link)
    const visitor = new HttpClient(closed.url)
    expect((await visitor.post(pathname, { newPassword: 'a password of theirs' })).status).toBe(303)
    expect((await visitor.get(pathname)).status).toBe(404)
    expect((await visitor.logIn('new@example.com', 'a password of theirs')).status).toBe(303)

    const refused = { code: 1, out: '' }
    expect(await add('NEW.person', 'New@example.com')).toEqual({
      ...refused,
      err: 'This username is taken. Choose another.\nThis email address already has an account.',
    })
    expect(await add('x', 'no address')).toEqual({
      ...refused,
      err: expect.stringMatching(/^Use 3 to 30 letters.*\nEnter an email address like name@example\.com\.$/),
    })
    expect(await admin(['list'], { PORT: port })).toMatchObject({ out: expect.not.stringContaining('no address') })
  })

  it('says which conditions of the promises hold, and ends with 1 where one does not', async () => {
    const { code, out } = await admin(['check'])
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^holds: LOG_LEVEL is fatal\.\nDOES NOT HOLD: PUBLIC_URL is not/m),
    ])
  })

  it('gives a link by which a password is set, once', async () => {
    const client = await register('forgetful')
    const { out: link } = await admin(['reset-password', 'forgetful'])
    const { pathname } = new URL(link)
    const visitor = new HttpClient(server.url)
    expect(await (await visitor.get(pathname)).text()).toContain('Set a new password')
    const short = await visitor.post(pathname, { newPassword: 'short' })
    expect(short.status).toBe(422)
    expect(await short.text()).toContain('page-title">Error: Set a new password')
    const set = await visitor.post(pathname, { newPassword: 'another password' })
    expect([set.status, set.headers.get('location')]).toEqual([303, '/login?done=reset'])
    expect(await isLoggedIn(client)).toBe(false)
    expect((await logIn('forgetful')).status).toBe(422)
    expect((await logIn('forgetful', 'another password')).status).toBe(303)
    for (const answer of [
      await visitor.get(pathname),
      await visitor.post(pathname, { newPassword: 'a third password' }, '/login'),
    ]) {
      expect(answer.status).toBe(404)
      expect(await answer.text()).toContain('This link no longer works')
    }
  })

  it('gives links of which the newest alone works, and none once the account has changed otherwise', async () => {
    const client = await register('twice')
    const links = [await admin(['reset-password', 'twice']), await admin(['reset-password', 'twice'])]
    const [first = '', second = ''] = links.map(({ out }) => new URL(out).pathname)
    const visitor = new HttpClient(server.url)
    expect((await visitor.get(first)).status).toBe(404)
    expect((await visitor.get(second)).status).toBe(200)
    const csrf = await visitor.token(second)
    await client.post('/settings/sessions', {}, '/settings')
    const body = new URLSearchParams({ _csrf: csrf, newPassword: 'another password' })
    expect((await visitor.request('POST', second, { body })).status).toBe(404)
    expect((await logIn('twice')).status).toBe(303)
  })

  it.each([
    ['a change of password', '/settings/password', { currentPassword: password, newPassword: 'another password' }],
    ['a log-out everywhere', '/settings/sessions', {}],
    ['the deletion of the account', '/settings/delete', { password }],
  ])('shows no form for a link that was ended by %s', async (_what, path, fields) => {
    const name = `changed${path.replaceAll('/', '-')}`
    const client = await register(name)
    const { pathname } = new URL((await admin(['reset-password', name])).out)
    const visitor = new HttpClient(server.url)
    expect((await visitor.get(pathname)).status).toBe(200)
    expect((await client.post(path, fields, '/settings')).status).toBe(303)
    const shown = await visitor.get(pathname)
    expect([shown.status, await shown.text()]).toEqual([404, expect.stringContaining('This link no longer works')])
  })

  it('lets one of many at once use a link', async () => {
    await register('raced')
    const { pathname } = new URL((await admin(['reset-password', 'raced'])).out)
    const tries = Array.from({ length: 5 }, async (_, n) => {
      const answer = await new HttpClient(server.url).post(pathname, { newPassword: `password ${n} of it` })
      return answer.status
    })
    expect((await Promise.all(tries)).filter(status => status === 303)).toHaveLength(1)
  })

  it('disables an account: nobody opens a chat with them, by a page or by the API', async () => {
    await register('silent')
    const other = await register('caller')
    const id = await idOf(other, 'silent')
    await admin(['disable', 'silent'])
    expect((await other.post('/chats', { userId: id }, '/chats')).status).toBe(404)
    const headers = { 'csrf-token': await other.token('/chats'), 'content-type': 'application/json' }
    const open = () => other.request('POST', '/api/chat/rooms', { headers, body: JSON.stringify({ otherUserId: id }) })
    expect((await open()).status).toBe(404)
    await admin(['enable', 'silent'])
    expect((await open()).status).toBe(200)
  })

  it('disables an account: sessions and sockets end, nobody logs in or finds it; and enables it again', async () => {
    const client = await register('rude')
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, {
      headers: { cookie: client.cookieHeader, origin: server.url },
    })
    const closed = new Promise(resolve => socket.once('close', resolve))
    await new Promise(resolve => socket.once('open', resolve))
    expect((await admin(['disable', 'RUDE'])).code).toBe(0)
    expect(await closed).toBe(4401)
    expect(await isLoggedIn(client)).toBe(false)
    expect(await logIn('rude')).toMatchObject({
      status: 403,
      page: expect.stringContaining('This account is disabled'),
    })
    expect(await logIn('rude', 'a wrong guess')).toMatchObject({
      status: 422,
      page: expect.not.stringContaining('This account is disabled'),
    })
    const { client: alice } = await logIn('alice', 'password123')
    expect(await (await alice.get('/people?q=rude')).text()).toContain('No one found')
    expect((await admin(['list'])).out).toMatch(/^rude\t.+\tdisabled$/m)
    expect((await admin(['enable', 'rude'])).code).toBe(0)
    expect((await logIn('rude')).status).toBe(303)
  })

  it('deletes an account with its chats', async () => {
    const client = await register('goner')
    const chat = await client.openChat(aliceId)
    const { client: alice } = await logIn('alice', 'password123')
    expect((await alice.get(chat)).status).toBe(200)
    expect((await admin(['delete', 'goner'])).code).toBe(0)
    expect((await alice.get(chat)).status).toBe(404)
    expect(await isLoggedIn(client)).toBe(false)
    expect((await logIn('goner')).status).toBe(422)
  })

  it('makes keys for push that the server takes, without a server', async () => {
    const { code, out } = await admin(['push-keys'], { PORT: '1', OPERATOR_TOKEN: '' })
    const settings = Object.fromEntries(out.split('\n').map(line => line.split(/=(.*)/).slice(0, 2)))
    expect([code, Object.keys(settings)]).toEqual([0, ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY']])
    expect(readConfig(settings).push.keys).toEqual({
      publicKey: settings.VAPID_PUBLIC_KEY,
      privateKey: settings.VAPID_PRIVATE_KEY,
    })
    expect((await admin(['push-keys'])).out).not.toBe(out)
  })

  it('says in a sentence what does not work', async () => {
    expect(await admin(['disable', 'nobody'])).toEqual({ code: 1, out: '', err: 'Nobody is called nobody.' })
    expect(await admin(['list'], { OPERATOR_TOKEN: '' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Set OPERATOR_TOKEN/),
    })
    expect(await admin(['list'], { PORT: '1' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^No server answers at/),
    })
    expect(await admin(['invite'])).toMatchObject({
      code: 1,
      err: 'Invites need REGISTRATION=invite. To make an account yourself, use add.',
    })
    for (const args of [[], ['explode'], ['disable'], ['add', 'ann'], ['list', 'alice'], ['constructor']]) {
      expect(await admin(args)).toMatchObject({ code: 2, err: expect.stringMatching(/^Usage/) })
    }
  })
})

describe('what answers npm run admin', () => {
  /** Something else that listens, and gives every request the same answer. */
  async function listen(status: number, type: string, body: string): Promise<string> {
    const other = createServer(
      (_request, response) => void response.writeHead(status, { 'content-type': type, location: '/' }).end(body),
    )
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const address = other.address()
    return typeof address === 'object' ? `${address?.port}` : ''
  }

  it.each<[string, [number, string, string]]>([
    ['a page', [200, 'text/html', '<h1>Welcome</h1>']],
    ['other JSON', [200, 'application/json', '{"conditions":[],"accounts":[null],"link":7}']],
    ['JSON that is no object', [200, 'application/json', 'null']],
    ['a broken problem', [500, 'application/problem+json', '{']],
    ['a redirect', [302, 'text/plain', '']],
    ['nothing', [204, 'text/plain', '']],
  ])('is no chat if it is %s, and the command says so', async (_what, answer) => {
    const port = await listen(...answer)
    for (const args of [
      ['list'],
      ['check'],
      ['health'],
      ['add', 'new', 'new@example.com'],
      ['invite'],
      ['disable', 'a'],
      ['delete', 'a'],
    ]) {
      const { code, out, err } = await admin(args, { PORT: port })
      expect([args, code, out, err]).toEqual([
        args,
        1,
        '',
        `What answers at http://127.0.0.1:${port} is not this chat: set PORT and HOST as the server has them.`,
      ])
    }
  })

  it('is shown without what a terminal would obey', async () => {
    const account = { username: 'a\u001b[2Jb', email: 'e\u202ef', createdAt: '2026-01-01', isDisabled: false }
    const port = await listen(200, 'application/json', JSON.stringify({ accounts: [account] }))
    expect((await admin(['list'], { PORT: port })).out).toBe('a\ufffd[2Jb\te\ufffdf\tsince 2026-01-01')
  })

  it('is not waited for without an end', async () => {
    const silent = createServer(() => {})
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => silent.closeAllConnections())
    onTestFinished(() => void silent.close())
    const address = silent.address()
    const port = typeof address === 'object' ? `${address?.port}` : ''
    expect(await admin(['list'], { PORT: port })).toEqual({
      code: 1,
      out: '',
      err: `The server at http://127.0.0.1:${port} has not answered for 10 seconds.`,
    })
  })

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['a port that is none', ['list'], { PORT: 'abc' }, /^PORT "abc" and HOST "127\.0\.0\.1" make no address/],
    ['a port that is too high', ['list'], { PORT: '99999999' }, /^PORT "99999999" and/],
    ['a host that is none', ['list'], { HOST: 'evil host' }, /^PORT "\d+" and HOST "evil host" make no address/],
    ['a token with a line break', ['list'], { OPERATOR_TOKEN: `${token}\nx` }, /^OPERATOR_TOKEN holds a space, a line/],
    ['a token of other letters', ['list'], { OPERATOR_TOKEN: 'пароль'.repeat(9) }, /^OPERATOR_TOKEN holds/],
    ['no name', ['reset-password', ''], {}, /^Nobody is called ""\.$/],
    ['a name that is a path', ['reset-password', '..'], {}, /^Nobody is called "\.\."\.$/],
    ['a name as long as no path', ['disable', 'a'.repeat(70_000)], {}, /^Nobody is called "a/],
    [
      'more than an account may have',
      ['add', 'a'.repeat(3000), `${'a'.repeat(100_000)}@example.com`],
      {},
      /^The name and the e-mail address are too long\.$/,
    ],
  ])('need not be asked with %s: the command says what is wrong', async (_what, args, env, sentence) => {
    expect(await admin(args, env)).toEqual({ code: 1, out: '', err: expect.stringMatching(sentence) })
  })
})

describe('the door of the operator', () => {
  it('is not there without a token in the settings', async () => {
    const closed = await startTestServer()
    const headers = { authorization: 'Bearer null' }
    expect((await fetch(`${closed.url}/operator/accounts`, { headers })).status).toBe(404)
    expect((await fetch(`${closed.url}/operator/accounts/alice/delete`, { method: 'POST', headers })).status).toBe(404)
    await closed.stop()
  })

  it('opens to the token alone, and not to many guesses', async () => {
    const guarded = await startTestServer({ OPERATOR_TOKEN: token })
    const ask = async (authorization: string, path = 'accounts', method = 'GET') =>
      fetch(`${guarded.url}/operator/${path}`, { method, headers: { authorization } })
    expect((await ask(`Bearer ${token}`)).status).toBe(200)
    const wrong = ['', token, `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`]
    const deeds = ['reset-password', 'disable', 'enable', 'delete'].map(deed => `accounts/alice/${deed}`)
    const answers = [
      ...(await Promise.all(wrong.map(authorization => ask(authorization)))),
      ...(await Promise.all([...deeds, 'invites'].map(path => ask(`Bearer ${token}x`, path, 'POST')))),
    ]
    for (const answer of answers) {
      expect([answer.url, answer.status]).toEqual([answer.url, 401])
      expect(await answer.json()).toMatchObject({ code: 'unauthenticated' })
    }
    const late = await ask(`Bearer ${token}`)
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    await guarded.stop()
  })
})
