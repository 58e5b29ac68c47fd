import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../../support/crowd.js'
import { aliceId, HttpClient } from '../../support/http-client.js'
import { readRows } from '../../support/page-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]
const draftOf = (html: string) => /<textarea[^>]*>\n([^<]*)<\/textarea>/.exec(html)?.[1]

describe('the list of chats', () => {
  it('is a page of its own, at both of its addresses, and says that it is empty', async () => {
    const client = await newcomer(server.url)
    for (const path of ['/chats', '/people']) {
      const answer = await client.get(path)
      const html = await answer.text()
      expect([path, answer.status]).toEqual([path, 200])
      expect(html).toContain('<h1>Chats</h1>')
      expect(html).toContain('No chats yet. Find someone to start one.')
    }
  })

  it('marks none of its chats as the one that is open', async () => {
    const { ann, chat } = await newPair(server.url)
    const html = await textOf(ann, '/chats')
    expect(html).toContain(`href="${chat}"`)
    expect(html).not.toContain('aria-current')
  })

  it('begins with the newest when the chat that it was to begin behind is gone', async () => {
    const { ann } = await newPair(server.url)
    expect(whereTo(await ann.get('/chats?before=never-was'))).toEqual([303, '/chats'])
  })

  it('begins behind the chat that it is asked for', async () => {
    const { ann, benName, room } = await newPair(server.url)
    const other = await newcomer(server.url, `${benName}-second`)
    const second = await other.openChat(await idOf(other, /ann-\d+/.exec(await textOf(ann, '/settings'))?.[0] ?? ''))
    await other.post(`${second}/messages`, { content: 'newer', nonce: 'n' }, second)
    const html = await textOf(ann, `/chats?before=${second.slice('/chats/'.length)}`)
    expect(html).toContain(`id="c-${room}"`)
    expect(html).not.toContain(`id="c-${second.slice('/chats/'.length)}"`)
    expect(html).toContain('>Newest chats</a>')
    expect(await textOf(ann, '/chats?before=')).not.toContain('>Newest chats</a>')
  })

  it('has the search focused where somebody comes for a new chat, and not where it shows what was found', async () => {
    const { ann } = await newPair(server.url)
    const isFocused = async (path: string) => /<input type="search"[^>]* autofocus/.test(await textOf(ann, path))
    expect(await Promise.all(['/people', '/chats', '/people?q=a', '/people?people=40'].map(isFocused))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it('says in its state that it shows no room', async () => {
    const client = await newcomer(server.url)
    expect(await textOf(client, '/chats')).toMatch(/state=[\w-]+\.\.0\.[\w-]+\.en"/)
  })
})

describe('opening a chat', () => {
  it('leads to it', async () => {
    const client = await newcomer(server.url)
    const answer = await client.post('/chats', { userId: aliceId }, '/chats')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/chats\/[\w-]+$/)])
  })

  it('says on after a restart that it has been opened anew', async () => {
    const client = await newcomer(server.url)
    const plain = await client.openChat(aliceId)
    const open = (restarted: string) => client.post('/chats', { userId: aliceId, restarted }, '/chats')
    expect((await open('1')).headers.get('location')).toBe(`${plain}?restarted=1`)
    expect((await open('')).headers.get('location')).toBe(plain)
    expect((await open('yes')).headers.get('location')).toBe(plain)
  })

  it('with a draft shows the draft in the composer of the chat, and sends nothing', async () => {
    const { ann, ben, chat, benName } = await newPair(server.url)
    const userId = await idOf(ann, benName)
    const answer = await ann.post('/chats', { userId, draft: 'kept <words>' }, '/chats')
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(draftOf(html)).toBe('kept &lt;words&gt;')
    expect(html).toContain(`action="${chat}/messages"`)
    expect(html).not.toContain('id="errors"')
    expect(readRows(await textOf(ben, chat))).toEqual([])
  })

  it.each(['nobody', ''])('with "%s" is not found', async userId => {
    const client = await newcomer(server.url)
    expect((await client.post('/chats', { userId }, '/chats')).status).toBe(404)
  })

  it('sends a stranger to the log-in, and from there to the chats', async () => {
    const answer = await new HttpClient(server.url).request('POST', '/chats')
    expect(whereTo(answer)).toEqual([303, '/login?next=%2Fchats'])
  })
})
