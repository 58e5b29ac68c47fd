// Long because all that is said of chats that are gone stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../../support/crowd.js'
import { bobId, HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

const erased = 'This chat is gone and its messages are erased.'
const restarted = 'The server restarted, so earlier messages are gone.'

const operatorToken = 'the token of an operator in tests'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ OPERATOR_TOKEN: operatorToken })
})
afterAll(() => server.stop())

const otherCookie = () => server.cookieName('with')
const isOther = (cookie: string) => cookie.startsWith(`${otherCookie()}=`)

/** A chat that Ann has seen and Ben has ended; `with` is what her browser was given for its address. */
async function ended() {
  const people = await newPair(server.url)
  const [cookie = ''] = (await people.ann.get(people.chat)).headers.getSetCookie().filter(isOther)
  const value = decodeURIComponent(/^[^=]+=([^;]*)/.exec(cookie)?.[1] ?? '')
  const [benId = '', annId = '', serverId = ''] = value.split('.')
  await people.ben.post(`${people.chat}/end`, {}, `${people.chat}/end`)
  people.ann.cookies.delete(otherCookie())
  return { ...people, cookie, benId, annId, serverId }
}

/** The same once why it ended is forgotten: the two have another chat. */
async function forgotten() {
  const people = await ended()
  await people.ann.openChat(people.benId)
  return people
}

const read = async (client: HttpClient, chat: string, kept: string) => {
  client.cookies.set(otherCookie(), kept)
  const answer = await client.get(chat)
  client.cookies.delete(otherCookie())
  return { status: answer.status, html: await answer.text(), cookies: answer.headers.getSetCookie() }
}

/** What a page shows, without the tokens of its forms, which differ each time. */
const mainOf = (html: string) => (/<main.*<\/main>/s.exec(html)?.[0] ?? '').replace(/name="_csrf" value="[^"]*"/g, '')

describe('the cookie that a chat sets', () => {
  it('names the other person, oneself and the run of the server, for the address of that chat alone', async () => {
    const { ann, benName, ben, annName, cookie, chat, benId, annId, serverId } = await ended()
    expect(benId).toBe(await idOf(ann, benName))
    expect(annId).toBe(await idOf(ben, annName))
    expect(serverId).toMatch(/^[\w-]{8}$/)
    expect(cookie).toContain(`; Path=${chat};`)
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/)
    expect(cookie).not.toContain('Secure')
  })

  it('is Secure behind https', async () => {
    const secure = await startTestServer({ PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '1' })
    try {
      const headers = { 'x-forwarded-proto': 'https', origin: 'https://chat.example' }
      const client = new HttpClient(secure.url)
      const tokenOn = async (page: string) =>
        /name="_csrf" value="([^"]+)"/.exec(await (await client.get(page, { headers })).text())?.[1] ?? ''
      const post = async (path: string, fields: Record<string, string>, page: string) =>
        client.request('POST', path, {
          headers,
          body: new URLSearchParams({ _csrf: await tokenOn(page), ...fields }),
        })
      await post('/login', { email: 'alice@example.com', password: 'password123' }, '/login')
      const chat = (await post('/chats', { userId: bobId }, '/chats')).headers.get('location') ?? ''
      const cookies = (await client.get(chat, { headers })).headers.getSetCookie()
      expect(cookies.find(each => each.startsWith('__Secure-with='))).toMatch(/; Secure/)
    } finally {
      await secure.stop()
    }
  })
})

describe('a chat that is gone', () => {
  it('names the other person and offers to open the chat anew', async () => {
    const { ann, chat, benId, annId, benName, serverId } = await ended()
    const { status, html, cookies } = await read(ann, chat, `${benId}.${annId}.${serverId}`)
    expect(status).toBe(404)
    expect(html).toContain('<h1>This chat is gone</h1>')
    expect(html).toContain(`${benName} ended this chat. Its messages are erased.`)
    expect(html).toContain(`name="userId" value="${benId}"`)
    expect(html).toContain(`>Chat with ${benName}</button>`)
    for (const absent of ['data-goes-on', 'name="restarted"', 'name="draft"', restarted])
      expect(html).not.toContain(absent)
    expect(cookies.filter(isOther)).toEqual([])
  })

  it('of an earlier run of the server goes on by itself, and is remembered for this run', async () => {
    const { ann, chat, benId, annId, serverId } = await forgotten()
    const { status, html, cookies } = await read(ann, chat, `${benId}.${annId}.earlier`)
    expect(status).toBe(404)
    expect(html).toContain('<form method="post" action="/chats" data-goes-on>')
    expect(html).toContain('name="restarted" value="1"')
    expect(html).toContain(restarted)
    expect(cookies).toContainEqual(
      expect.stringContaining(`${otherCookie()}=${benId}.${annId}.${serverId}; Path=${chat};`),
    )
  })

  it('without a run of the server in its cookie does not go on by itself', async () => {
    const { ann, chat, benId, annId } = await ended()
    const { html } = await read(ann, chat, `${benId}.${annId}`)
    expect(html).toContain('ended this chat')
    expect(html).not.toContain('data-goes-on')
  })

  it.each([
    ['the cookie of somebody else', (ids: Record<string, string>) => `${ids.benId}.${ids.benId}x.${ids.serverId}`],
    ['a cookie that names oneself', (ids: Record<string, string>) => `${ids.annId}.${ids.annId}.${ids.serverId}`],
    ['a cookie that names nobody', (ids: Record<string, string>) => `nobody.${ids.annId}.${ids.serverId}`],
    ['an empty cookie', () => ''],
  ])('is one that never was with %s', async (_, keptOf) => {
    const { ann, chat, benId, annId, serverId } = await forgotten()
    const { status, html } = await read(ann, chat, keptOf({ benId, annId, serverId }))
    expect(status).toBe(404)
    expect(html).toContain('<h1>Page not found</h1>')
    expect(html).not.toContain('name="userId"')
  })

  it('says to whoever has blocked the other only that, as one does that lives, whatever the run of the server', async () => {
    const { ann, ben, chat, benId, annId, serverId, benName } = await forgotten()
    const alive = await ben.openChat(annId)
    await ann.post(`/people/${benId}/block`, {}, `/people/${benId}/block`)
    const pages: string[] = []
    for (const address of [chat, alive]) {
      for (const run of [serverId, 'earlier']) {
        const kept = `${benId}.${annId}.${run}`
        const { status, html, cookies } = await read(ann, address, kept)
        const posted = await ann.post(`${address}/messages`, { content: 'late', with: kept }, '/chats')
        expect([status, posted.status, cookies.filter(isOther)]).toEqual([404, 404, []])
        pages.push(mainOf(html), mainOf(await posted.text()))
      }
    }
    expect(pages[0]).toContain(`<h1>You blocked ${benName}</h1>`)
    expect(pages[0]).toContain(`<button class="button">Unblock ${benName}</button>`)
    expect(new Set(pages).size).toBe(1)
  })

  it('is one that never was to whoever has blocked the other, where no cookie names them', async () => {
    const { ann, chat, benId } = await ended()
    await ann.post(`/people/${benId}/block`, {}, `/people/${benId}/block`)
    const { status, html } = await read(ann, chat, '')
    expect(status).toBe(404)
    expect(html).toContain('<h1>Page not found</h1>')
  })

  it('names nobody whose account is switched off', async () => {
    const { ann, chat, benId, annId, benName } = await forgotten()
    const headers = { authorization: `Bearer ${operatorToken}` }
    const off = await fetch(`${server.url}/operator/accounts/${benName}/disable`, { method: 'POST', headers })
    expect(off.status).toBe(200)
    const { status, html } = await read(ann, chat, `${benId}.${annId}.earlier`)
    expect(status).toBe(404)
    expect(html).toContain('<h1>Page not found</h1>')
    expect(html).not.toContain(benName)
  })

  it('says no more than that it is gone once the two have another', async () => {
    const { ann, chat, benId, annId, serverId } = await forgotten()
    expect((await read(ann, chat, `${benId}.${annId}.${serverId}`)).html).toContain(erased)
  })

  it('says to both who ended it, also to a browser that never showed it, and in the list', async () => {
    const { ann, ben, chat, annName, benName } = await ended()
    const own = await (await ben.get(chat)).text()
    expect(own).toContain('You ended this chat. Its messages are erased.')
    expect(own).toContain(`>Chat with ${annName}</button>`)
    for (const [client, sentence] of [
      [ann, `Ended by ${benName}`],
      [ben, 'Ended by you'],
    ] as const) {
      const list = await (await client.get('/chats')).text()
      expect(list.replace(/[\u2068\u2069]/g, '')).toMatch(new RegExp(`href="${chat}"[^>]*>${sentence}</a>`))
    }
    await ann.openChat(await idOf(ann, benName))
    expect(await (await ann.get('/chats')).text()).not.toContain('Ended by')
  })

  it('says that the other’s account was deleted, and offers no chat with it', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await ben.post('/settings/delete', { password: 'long enough 1' }, '/settings')
    const answer = await ann.get(chat)
    const html = await answer.text()
    expect(answer.status).toBe(404)
    expect(html).toContain('person&#39;s account was deleted')
    expect(html).not.toContain('name="userId"')
    expect(await (await ann.get('/chats')).text()).toContain('Account deleted')
  })

  it('keeps the message that was on its way to it, by what its form says', async () => {
    const { ann, chat, benId, annId } = await ended()
    const fields = { content: 'too <late>', with: `${benId}.${annId}` }
    const answer = await ann.post(`${chat}/messages`, fields, '/chats')
    const html = await answer.text()
    expect(answer.status).toBe(404)
    expect(html).toContain('>\ntoo &lt;late&gt;</textarea>')
    expect(html).toContain(`name="userId" value="${benId}"`)
  })

  it('answers each of its other addresses alike', async () => {
    const { ann, chat, benId, annId, serverId } = await ended()
    const kept = `${benId}.${annId}.${serverId}`
    for (const path of ['/end', '/frame'])
      expect((await read(ann, `${chat}${path}`, kept)).html).toContain('ended this chat')
  })

  it('changes nothing about another refusal', async () => {
    const { ann, chat, benId } = await newPair(server.url).then(async people => ({
      ...people,
      benId: await idOf(people.ann, people.benName),
    }))
    const answer = await ann.post(`${chat}/frames`, { type: 'nothing', with: benId }, chat)
    expect(answer.status).toBe(400)
    expect(await answer.text()).not.toContain('This chat is gone')
  })

  it('stays unknown to somebody who was never in it', async () => {
    const { chat } = await ended()
    const outsider = await newcomer(server.url)
    expect(await (await outsider.get(chat)).text()).toContain('<h1>Page not found</h1>')
  })
})

describe('the list of chats after a restart of the server', () => {
  const runCookie = (client: HttpClient) => [...client.cookies].find(([name]) => name.startsWith('run')) ?? ['', '']
  const notice = 'The server restarted, so your earlier chats are gone.'
  const listOf = async (client: HttpClient) => (await client.get('/chats')).text()

  it('says so once to whoever had chats, and names nobody', async () => {
    const { ann } = await newPair(server.url)
    expect(await listOf(ann)).not.toContain(notice)
    const [name, value] = runCookie(ann)
    const [annId, serverId] = value.split('.')
    ann.cookies.set(name, `${annId}.earlier`)
    expect(await listOf(ann)).toContain(notice)
    expect(runCookie(ann)[1]).toBe(`${annId}.${serverId}`)
    expect(await listOf(ann)).not.toContain(notice)
  })

  it('says nothing to anybody else in the same browser, nor to whoever had no chat', async () => {
    const { ann } = await newPair(server.url)
    await listOf(ann)
    ann.cookies.set(runCookie(ann)[0], 'somebody-else.earlier')
    expect(await listOf(ann)).not.toContain(notice)
    const alone = await newcomer(server.url)
    await listOf(alone)
    expect(runCookie(alone)).toEqual(['', ''])
  })
})
