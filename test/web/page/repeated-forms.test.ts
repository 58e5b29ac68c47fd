// Long because every form that may be pressed twice stands here.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DoubleClick, doneTwice, ofMembers, ofVisitors } from '../../field/double-clicks.js'
import { idOf, newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const [password, newPassword] = ['long enough 1', 'long enough 2']

let server: Awaited<ReturnType<typeof startTestServer>>
let byInvite: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  const env = { OPERATOR_TOKEN: operatorToken, RATE_LIMIT_MESSAGES: '1000' }
  ;[server, byInvite] = await Promise.all([
    startTestServer(env),
    startTestServer({ ...env, REGISTRATION: 'invite', BCRYPT_COST: '8' }),
  ])
})
afterAll(() => Promise.all([server.stop(), byInvite.stop()]))

let count = 0
const newName = () => `twice-${++count}`
const linkIn = (html: string) => /register\?invite=([\w-]+)"/.exec(html)?.[1]

async function byOperator(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${operatorToken}` }
  const { link }: { link: string } = await (
    await fetch(`${byInvite.url}/operator${path}`, { method: 'POST', headers })
  ).json()
  return link
}

const newInvite = async () => new URL(await byOperator('/invites')).searchParams.get('invite') ?? expect.fail()

/** Somebody new, who comes in by an invite. */
async function comeIn(username = newName()): Promise<{ client: HttpClient; username: string }> {
  const invite = await newInvite()
  const client = new HttpClient(byInvite.url)
  const fields = { username, email: `${username}@example.com`, password, invite }
  expect((await client.post('/register', fields, `/register?invite=${invite}`)).status).toBe(303)
  return { client, username }
}

async function logIn(username: string, secret: string): Promise<boolean> {
  const client = new HttpClient(byInvite.url)
  return (await client.logIn(`${username}@example.com`, secret)).status === 303
}

const fillIn = (text: string, parts: Readonly<Record<string, string>>) =>
  text.replace(/:(\w+)/g, (_, name: string) => parts[name] ?? expect.fail(name))

/** What a browser sends when a form is pressed: all of it was there before the first answer. */
async function formOf(client: HttpClient, click: DoubleClick, parts: Readonly<Record<string, string>> = {}) {
  const fields = Object.entries(click.fields).map(([name, value]) => [name, fillIn(value, parts)])
  const _csrf = await client.token(fillIn(click.page, parts))
  const body = new URLSearchParams({ _csrf, ...Object.fromEntries(fields) })
  const headers = { cookie: client.cookieHeader }
  const url = new URL(fillIn(click.path, parts), client.base)
  return {
    body,
    headers,
    press: (changed: Record<string, string> = {}, cookie = headers.cookie) =>
      fetch(url, {
        method: 'POST',
        headers: { cookie },
        body: new URLSearchParams({ ...Object.fromEntries(body), ...changed }),
        redirect: 'manual',
      }),
  }
}

type Form = Awaited<ReturnType<typeof formOf>>

/** How the second press follows the first. */
const ways = [
  ['while the first is worked on', ({ press }: Form) => Promise.all([press(), press()])],
  ['after the first was answered', async ({ press }: Form) => [await press(), await press()] as const],
] as const

const answers = (responses: readonly Response[]) =>
  responses.map(({ status, headers }) => [status, headers.get('location') ?? ''])

/** A browser that took the cookies of an answer. */
function browserAfter(answer: Response, url: string): HttpClient {
  const client = new HttpClient(url)
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    client.cookies.set(name, value)
  }
  return client
}

const isLoggedIn = async (client: HttpClient) => (await client.get('/chats')).status === 200
const twice = ({ status, leadsTo }: DoubleClick, parts: Readonly<Record<string, string>> = {}) =>
  Array(2).fill([status, fillIn(leadsTo, parts)])
const find = (clicks: readonly DoubleClick[], what: string) =>
  clicks.find(click => click.what === what) ?? expect.fail(what)

describe.each(ways)('a double click, the second press %s', (_when, pressTwice) => {
  it('on "Create account" makes one account, and either answer has logged in to it', async () => {
    const click = find(ofVisitors, 'creating an account')
    const parts = { name: newName(), invite: await newInvite() }
    const responses = await pressTwice(await formOf(new HttpClient(byInvite.url), click, parts))
    expect(answers(responses)).toEqual(twice(click))
    for (const response of responses) {
      const browser = browserAfter(response, byInvite.url)
      expect(await (await browser.get('/settings')).text()).toContain(`<bdi>${parts.name}</bdi>`)
    }
    const other = await (await new HttpClient(byInvite.url).get(`/register?invite=${parts.invite}`)).text()
    expect(other).toContain('You need an invite')
  })

  it('on the form of a link sets the new password', async () => {
    const click = find(ofVisitors, 'setting a new password by a link')
    const { username } = await comeIn()
    const parts = { link: (await byOperator(`/accounts/${username}/reset-password`)).split('/').at(-1) ?? '' }
    const responses = await pressTwice(await formOf(new HttpClient(byInvite.url), click, parts))
    expect(answers(responses)).toEqual(twice(click))
    expect(await logIn(username, newPassword)).toBe(true)
  })

  it('on "Change password" changes it, and either answer stays logged in', async () => {
    const click = find(ofMembers, 'changing the password')
    const { client, username } = await comeIn()
    const responses = await pressTwice(await formOf(client, click))
    expect(answers(responses)).toEqual(twice(click))
    for (const response of responses) expect(await isLoggedIn(browserAfter(response, byInvite.url))).toBe(true)
    expect([await logIn(username, password), await logIn(username, newPassword)]).toEqual([false, true])
  })

  it('on "Delete my account" says that it is deleted', async () => {
    const click = find(ofMembers, 'deleting the account')
    const { client, username } = await comeIn()
    const responses = await pressTwice(await formOf(client, click))
    expect(answers(responses)).toEqual(twice(click))
    expect(await logIn(username, password)).toBe(false)
  })

  it('on "Make an invite" makes one, and shows it either time', async () => {
    const click = find(ofMembers, 'making an invite')
    const { client } = await comeIn()
    const responses = await pressTwice(await formOf(client, click))
    expect(answers(responses)).toEqual(twice(click))
    const pages = await Promise.all(responses.map(response => response.text()))
    expect(linkIn(pages[0] ?? '')).toMatch(/^[\w-]{32}$/)
    expect(linkIn(pages[1] ?? '')).toBe(linkIn(pages[0] ?? ''))
    expect(await (await client.get('/invites')).text()).toContain('You have 1 unused link.')
  })

  it.each(ofMembers.filter(({ path }) => path.startsWith('/chats/')))('on $what does it', async click => {
    const { ann, chat, parts } = await newChat()
    const message = await sendOne(ann, chat)
    const all = { ...parts, message }
    expect(answers(await pressTwice(await formOf(ann, click, all)))).toEqual(twice(click, all))
    expect(await (await ann.get('/chats')).text()).not.toContain('hello')
  })

  it.each(doneTwice)('on $what answers the same', async click => {
    const { ann, chat, parts } = await newChat()
    expect(answers(await pressTwice(await formOf(ann, click, parts)))).toEqual(twice(click, parts))
    const shown = (await (await ann.get(chat)).text()).match(/data-message-id="[^"]+"/g) ?? []
    expect(shown).toHaveLength(click.what === 'sending' ? 1 : 0)
  })

  it.each(['/logout', '/settings/sessions'])('on the form of %s leads to the log-in', async path => {
    const { client } = await comeIn()
    const click = { what: '', page: '/settings/account', path, fields: {}, status: 303, leadsTo: '' }
    const responses = await pressTwice(await formOf(client, click))
    for (const [status, location] of answers(responses)) {
      expect([status, String(location).split('?')[0]]).toEqual([303, '/login'])
    }
    expect(await isLoggedIn(client)).toBe(false)
  })
})

/** Two new people and their chat. */
async function newChat() {
  const [annName, benName] = [newName(), newName()]
  const [ann, ben] = await Promise.all([newcomer(server.url, annName), newcomer(server.url, benName)])
  const person = await idOf(ann, benName)
  const chat = await ann.openChat(person)
  await ben.get(chat)
  return { ann, chat, parts: { person, room: chat.slice('/chats/'.length) } }
}

async function sendOne(client: HttpClient, chat: string): Promise<string> {
  await client.post(`${chat}/messages`, { content: 'hello', nonce: 'one' }, chat)
  return /data-message-id="([^"]+)"/.exec(await (await client.get(chat)).text())?.[1] ?? expect.fail()
}

describe('what is no repeat', () => {
  const click = find(ofVisitors, 'creating an account')

  /** An account that was created a moment ago, and its form. */
  async function created() {
    const parts = { name: newName(), invite: 'none' }
    const form = await formOf(new HttpClient(server.url), { ...click, page: '/register' }, parts)
    expect((await form.press()).status).toBe(303)
    return { form, name: parts.name }
  }

  it.each([
    ['another password', { password: 'a guess at it' }],
    ['another name', { username: 'somebody-else' }],
    ['a longer way back', { next: '/settings' }],
  ])('is a registration with %s', async (_what, changed) => {
    const { form } = await created()
    const answer = await form.press(changed)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([422, []])
  })

  it('is the registration that another browser posts, with the same password', async () => {
    const { form, name } = await created()
    const other = await formOf(new HttpClient(server.url), { ...click, page: '/register' }, { name, invite: 'none' })
    expect((await other.press()).status).toBe(422)
    expect((await form.press({}, 'csrf=made-up')).status).toBe(403)
  })

  it('is the registration with the name of an account that was deleted since', async () => {
    const { form, name } = await created()
    const owner = new HttpClient(server.url)
    await owner.logIn(`${name}@example.com`, password)
    expect((await owner.post('/settings/delete', { password }, '/settings')).status).toBe(303)
    const again = await form.press()
    expect(again.status).toBe(303)
    expect(await isLoggedIn(browserAfter(again, server.url))).toBe(true)
  })

  it('is a registration after the password was changed', async () => {
    const { form, name } = await created()
    const owner = new HttpClient(server.url)
    await owner.logIn(`${name}@example.com`, password)
    await owner.post('/settings/password', { currentPassword: password, newPassword }, '/settings')
    const answer = await form.press()
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([422, []])
  })

  it('is a second invite from the page that shows the first', async () => {
    const { client } = await comeIn()
    const make = async () => linkIn(await (await client.post('/invites', {})).text())
    expect(await make()).not.toBe(await make())
  })

  it.each([
    ['the new password differs', { newPassword: 'long enough 3' }],
    ['the current password differs', { currentPassword: 'long enough 3' }],
  ])('is a form whose session was ended by its first, where %s', async (_what, changed) => {
    const { client } = await comeIn()
    const form = await formOf(client, find(ofMembers, 'changing the password'))
    expect((await form.press()).status).toBe(303)
    expect(answers([await form.press(changed)])).toEqual([[303, '/login?next=%2Fsettings%2Faccount']])
    expect(answers([await form.press()])).toEqual([[303, '/settings/account?done=password']])
  })

  it('is the form of a session that ended in another way', async () => {
    const { client, username } = await comeIn()
    const form = await formOf(client, find(ofMembers, 'changing the password'))
    const elsewhere = new HttpClient(byInvite.url)
    await elsewhere.logIn(`${username}@example.com`, password)
    await elsewhere.post('/settings/sessions', {}, '/settings')
    expect(answers([await form.press()])).toEqual([[303, '/login?next=%2Fsettings%2Faccount']])
  })
})

it('a repeat that came after the log-in of the first, with its cookie, is one too', async () => {
  const client = new HttpClient(server.url)
  const parts = { name: newName(), invite: 'none' }
  const form = await formOf(client, { ...find(ofVisitors, 'creating an account'), page: '/register' }, parts)
  const first = await form.press()
  const session = browserAfter(first, server.url).cookieHeader
  const answer = await form.press({}, `${form.headers.cookie}; ${session}`)
  expect(answers([answer])).toEqual([[303, '/chats']])
  expect(await isLoggedIn(browserAfter(answer, server.url))).toBe(true)
})

it('a repeat of a registration counts as a log-in from its address', async () => {
  const strict = await startTestServer({ RATE_LIMIT_AUTH_ADDRESS: '3' })
  try {
    const click = { ...find(ofVisitors, 'creating an account'), page: '/register' }
    const { press } = await formOf(new HttpClient(strict.url), click, { name: newName(), invite: 'none' })
    const statuses = [(await press()).status, (await press()).status]
    for (let n = 0; n < 2; n++) statuses.push((await new HttpClient(strict.url).logIn('bob@example.com')).status)
    expect(statuses).toEqual([303, 303, 303, 429])
  } finally {
    await strict.stop()
  }
})

describe('a wrong password', () => {
  const logInClick = (email: string, wrong: string): DoubleClick => {
    return { what: '', page: '/login', path: '/login', fields: { email, password: wrong }, status: 422, leadsTo: '' }
  }

  it('that a double click tries counts once, and tried again counts again', async () => {
    const strict = await startTestServer({ RATE_LIMIT_AUTH: '2', BCRYPT_COST: '10', DEMO_USERS: 'false' })
    try {
      const name = newName()
      await newcomer(strict.url, name)
      const tryOne = async () => formOf(new HttpClient(strict.url), logInClick(`${name}@example.com`, 'wrong wrong'))
      const { press } = await tryOne()
      const second = sleep(5).then(() => press())
      const statuses = (await Promise.all([press(), second])).map(({ status }) => status)
      expect(statuses).toEqual([422, 422])
      expect([(await press()).status, (await press()).status]).toEqual([422, 429])
    } finally {
      await strict.stop()
    }
  })

  it('counts for whoever tries it: another browser is no repeat', async () => {
    const strict = await startTestServer({ RATE_LIMIT_AUTH: '1', BCRYPT_COST: '10', DEMO_USERS: 'false' })
    try {
      const name = newName()
      await newcomer(strict.url, name)
      const click = logInClick(`${name}@example.com`, 'wrong wrong')
      const forms = await Promise.all([1, 2].map(() => formOf(new HttpClient(strict.url), click)))
      const statuses = (await Promise.all(forms.map(({ press }) => press()))).map(({ status }) => status)
      expect(statuses.sort()).toEqual([422, 429])
    } finally {
      await strict.stop()
    }
  })
})
