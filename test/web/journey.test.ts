// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const visitor = () => new HttpClient(server.url)
const pageOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const whereTo = (response: Response) => [response.status, response.headers.get('location')]

describe('the first page', () => {
  it('is the log-in for a visitor and the chats for somebody logged in', async () => {
    expect(whereTo(await visitor().get('/'))).toEqual([303, '/login'])
    expect(whereTo(await (await newcomer(server.url)).get('/'))).toEqual([303, '/chats'])
  })

  it('is not the log-in for somebody logged in', async () => {
    const client = await newcomer(server.url)
    expect(whereTo(await client.get('/login'))).toEqual([303, '/chats'])
    expect(whereTo(await client.get('/register'))).toEqual([303, '/chats'])
  })
})

describe('an account', () => {
  it('is created by a form, and logs its owner in at once', async () => {
    const client = visitor()
    const fields = { username: 'Journeyman', email: 'journeyman@example.com', password: 'long enough 1' }
    expect(whereTo(await client.post('/register', fields))).toEqual([303, '/chats'])
    expect(await pageOf(client, '/chats')).toContain('<h1>Chats</h1>')
    const again = visitor()
    expect(whereTo(await again.logIn('JOURNEYMAN@example.com', 'long enough 1'))).toEqual([303, '/chats'])
  })

  it('is entered with the fields that the contract names', async () => {
    const html = await pageOf(visitor(), '/login')
    expect(html).toContain('<h1>Log in</h1>')
    expect(html).toContain('<label for="email">Email</label>')
    expect(html).toContain('<label for="password">Password</label>')
    expect(html).toMatch(/<button[^>]*>Log in<\/button>/)
    expect(html).toMatch(/<a href="\/register[^"]*">Create an account<\/a>/)
    expect(await pageOf(visitor(), '/register')).toContain('<label for="username">Username</label>')
  })

  it('is left by the button on every page of chats', async () => {
    const client = await newcomer(server.url)
    const { sessionName, session } = client
    expect(session).not.toBe('')
    expect(whereTo(await client.post('/logout', {}, '/chats'))).toEqual([303, '/login'])
    client.cookies.set(sessionName, session)
    expect(whereTo(await client.get('/chats'))).toEqual([303, '/login?next=%2Fchats'])
  })

  it('brings back to the page that asked for it', async () => {
    const { chat } = await newPair(server.url)
    const client = visitor()
    const [, location = ''] = whereTo(await client.get(chat))
    expect(location).toBe(`/login?next=${encodeURIComponent(chat)}`)
    const fields = { email: 'alice@example.com', password: 'password123', next: chat }
    expect(whereTo(await client.post('/login', fields, String(location)))).toEqual([303, chat])
  })

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '\\/evil.example'])(
    'does not bring to %s',
    async next => {
      const fields = { email: 'alice@example.com', password: 'password123', next }
      expect(whereTo(await visitor().post('/login', fields))).toEqual([303, '/chats'])
    },
  )
})

describe('people', () => {
  it('are found by a part of the name, without oneself', async () => {
    const client = await newcomer(server.url, 'Findable-One')
    await newcomer(server.url, 'Findable-Two')
    const html = await pageOf(client, '/people?q=findable')
    expect(html).toContain('Chat with Findable-Two')
    expect(html).not.toContain('Chat with Findable-One')
    expect(html).toContain('value="findable"')
  })

  it('are not found by e-mail, and no e-mail is shown', async () => {
    const client = await newcomer(server.url)
    const html = await pageOf(client, '/people?q=bob%40example.com')
    expect(html).toContain('No one found')
    expect(await pageOf(client, '/people?q=')).not.toContain('@example.com')
  })

  it('of a hostile search are shown as typed', async () => {
    const client = await newcomer(server.url)
    const html = await pageOf(client, `/people?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
  })

  it('are found only whole where DIRECTORY is exact', async () => {
    const exact = await startTestServer({ DIRECTORY: 'exact' })
    try {
      const client = await newcomer(exact.url)
      expect(await pageOf(client, '/people?q=')).not.toContain('Chat with')
      expect(await pageOf(client, '/people?q=ali')).not.toContain('Chat with')
      expect(await pageOf(client, '/people?q=alice')).toContain('Chat with alice')
    } finally {
      await exact.stop()
    }
  })
})

describe('a chat', () => {
  it('is the same for the same two, whoever opens it', async () => {
    const { ann, ben, annName, benName, chat } = await newPair(server.url)
    expect(await ann.openChat(await idOf(ann, benName))).toBe(chat)
    expect(await ben.openChat(await idOf(ben, annName))).toBe(chat)
  })

  it.each([
    ['a person that never was', '5e6f1c1a-0000-4000-8000-00000000dead'],
    ['nobody', ''],
    ['a key of every object', '__proto__'],
  ])('with %s is not found', async (_who, userId) => {
    const client = await newcomer(server.url)
    expect((await client.post('/chats', { userId }, '/chats')).status).toBe(404)
  })

  it('with oneself is not found', async () => {
    const [alice, bob] = [visitor(), visitor()]
    await alice.logIn('alice@example.com')
    await bob.logIn('bob@example.com')
    expect((await alice.post('/chats', { userId: aliceId }, '/chats')).status).toBe(404)
    expect((await bob.post('/chats', { userId: bobId }, '/chats')).status).toBe(404)
  })

  it('shows what was sent by a form to both, with author, status and the way to see more', async () => {
    const { ann, ben, annName, benName, chat } = await newPair(server.url)
    const sent = await ann.post(`${chat}/messages`, { content: 'by form', nonce: 'form-1' }, chat)
    expect(whereTo(sent)).toEqual([303, chat])
    const mine = await pageOf(ann, chat)
    expect(mine).toMatch(
      /<article aria-label="You"[^>]* data-message-id="[\w-]+" data-seq="1" data-status="sent"[^>]*>/,
    )
    expect(mine).toMatch(/<b id="s-[^"]+" class="status sent"><i>Sent</)
    const theirs = await pageOf(ben, chat)
    expect(theirs).toMatch(new RegExp(`<article aria-label="${annName}"[^>]* data-seq="1"[^>]*>`))
    expect(theirs).not.toContain('data-status="sent"')
    expect(theirs).toMatch(/<a href="\/chats\/[\w-]+">Check for new messages<\/a>/)
    expect(theirs).toContain(`<section id="messages" aria-label="Messages"`)
    expect(mine).toContain(`<bdi>${benName}</bdi></h1>`)
  })

  it('sent twice with one nonce holds one message', async () => {
    const { ann, chat } = await newPair(server.url)
    for (let time = 0; time < 2; time += 1) {
      const sent = await ann.post(`${chat}/messages`, { content: 'pressed twice', nonce: 'same' }, chat)
      expect(whereTo(sent)).toEqual([303, chat])
    }
    expect((await pageOf(ann, chat)).match(/data-message-id/g)).toHaveLength(1)
  })

  it('is a line in the list of both, with what is unread', async () => {
    const { ann, ben, annName, benName, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'unread one', nonce: 'u1' }, chat)
    await ann.post(`${chat}/messages`, { content: 'unread two', nonce: 'u2' }, chat)
    const theirs = await pageOf(ben, '/chats')
    expect(theirs).toContain(`href="${chat}"`)
    expect(theirs).toContain(`<bdi>${annName}</bdi>`)
    expect(theirs).toContain('2 unread')
    expect(theirs).toContain('unread two')
    const mine = await pageOf(ann, '/chats')
    expect(mine).toContain(`<bdi>${benName}</bdi>`)
    expect(mine).not.toContain('unread</span>')
    expect(mine).toContain('<span>You:</span> <bdi>unread two</bdi>')
  })

  it('asks before it ends, and then is gone for both', async () => {
    const { ann, ben, benName, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'erased soon', nonce: 'e1' }, chat)
    expect(await pageOf(ann, chat)).toMatch(
      /<form action="\/chats\/[\w-]+\/end" method="get"[^>]*><button[^>]*><svg.*?<\/svg><span>End chat/s,
    )
    const question = await pageOf(ann, `${chat}/end`)
    expect(question).toContain(`for you and for ${benName}`)
    expect(question).toMatch(/<button[^>]*>End for both<\/button>/)
    expect((await ben.get(chat)).status).toBe(200)
    expect(whereTo(await ann.post(`${chat}/end`, {}, `${chat}/end`))).toEqual([303, '/chats'])
    for (const client of [ann, ben]) {
      expect((await client.get(chat)).status).toBe(404)
      const list = await pageOf(client, '/chats')
      expect(list).not.toContain(`id="cl-${chat.slice('/chats/'.length)}"`)
      expect(list).toContain('Ended by')
    }
  })

  it('answers a send of htmx with a fragment', async () => {
    const { ann, chat } = await newPair(server.url)
    const init = { headers: { 'hx-request': 'true' } }
    const sent = await ann.post(`${chat}/messages`, { content: 'by htmx', nonce: 'hx-1' }, chat, init)
    expect(sent.status).toBe(200)
    expect(await sent.text()).toBe('<hx-partial id="p-hx-1" hx-swap="delete"></hx-partial>')
  })

  it('says hours in UTC, and that it does, as long as no zone is known; else in that zone', async () => {
    const { ann, ben, benName, chat } = await newPair(server.url)
    const from = Date.now()
    await ann.post(`${chat}/messages`, { content: 'what time is it?', nonce: 't1' }, chat)
    const hoursIn = (shiftMs: number) =>
      [from, Date.now()].map(at => new Date(at + shiftMs).toISOString().slice(11, 16))
    const [utc, kolkata] = [hoursIn(0), hoursIn(5.5 * 3_600_000)]
    expect(await pageOf(ben, chat)).toMatch(new RegExp(`<time>(${utc.join('|')}) UTC&#8194;`))
    const inKolkata = visitor()
    const fields = { email: `${benName}@example.com`, password: 'long enough 1', zone: 'Asia/Kolkata' }
    await inKolkata.post('/login', fields)
    expect(await pageOf(inKolkata, chat)).toMatch(new RegExp(`<time>(${kolkata.join('|')})&#8194;`))
  })
})

describe('the server', () => {
  it('says that it lives', async () => {
    const response = await visitor().get('/health')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })
})
