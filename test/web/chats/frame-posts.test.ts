import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { LivePage } from '../../support/live-page.js'
import { readRows } from '../../support/page-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const post = async (client: HttpClient, path: string, fields: Record<string, string>) => {
  const { status } = await client.post(path, fields, '/chats')
  return status
}
const rowsOf = async (client: HttpClient, chat: string) => readRows(await (await client.get(chat)).text())
const statusOf = async (client: HttpClient, chat: string) =>
  /<article[^>]*data-status="(\w+)"/.exec(await (await client.get(chat)).text())?.[1]

describe('what a page posts instead of saying it over a socket', () => {
  it.each([
    ['the chat in its address', (chat: string) => `${chat}/frames`],
    ['the chat in its fields', () => '/chats/frames'],
  ])('reports a message as seen, with %s', async (_, pathOf) => {
    const { ann, ben, chat, room } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'look', nonce: 'n' }, chat)
    const [message] = await rowsOf(ben, chat)
    expect(await statusOf(ann, chat)).not.toBe('seen')
    const fields = { type: 'message:status', roomId: room, messageId: message?.id ?? '', status: 'seen' }
    expect(await post(ben, pathOf(chat), fields)).toBe(204)
    expect(await statusOf(ann, chat)).toBe('seen')
  })

  it('needs no chat in its fields when its address has one', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'look', nonce: 'n' }, chat)
    const [message] = await rowsOf(ben, chat)
    const fields = { type: 'message:status', messageId: message?.id ?? '', status: 'delivered' }
    expect(await post(ben, `${chat}/frames`, fields)).toBe(204)
    expect(await statusOf(ann, chat)).toBe('delivered')
  })

  it('reports what the list of chats shows as delivered, without a chat of its own', async () => {
    const { ann, ben, chat, room } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'look', nonce: 'n' }, chat)
    const [message] = await rowsOf(ben, chat)
    expect(await post(ben, '/chats/frames', { type: 'list:delivered', reports: `${room}.${message?.id}` })).toBe(204)
    expect(await statusOf(ann, chat)).toBe('delivered')
  })

  it('shows the other that one is typing, and not oneself', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ben, chat)
    expect(await post(ann, `${chat}/frames`, { type: 'typing:start' })).toBe(204)
    expect((await page.operation('typing')).html).toContain('is typing')
    await page.close()
  })

  it('is refused with 400 when it is no command or says no chat', async () => {
    const { ann, chat } = await newPair(server.url)
    expect(await post(ann, `${chat}/frames`, { type: 'message:seen' })).toBe(400)
    expect(await post(ann, `${chat}/frames`, {})).toBe(400)
    expect(await post(ann, '/chats/frames', { type: 'typing:start' })).toBe(400)
  })

  it('is not found from somebody who is not in the chat', async () => {
    const { chat } = await newPair(server.url)
    const outsider = await newcomer(server.url)
    expect(await post(outsider, `${chat}/frames`, { type: 'typing:start' })).toBe(404)
  })

  it('answers without a body', async () => {
    const { ann, chat } = await newPair(server.url)
    const answer = await ann.post(`${chat}/frames`, { type: 'typing:start' }, chat)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  })
})

describe('pausing updates', () => {
  it('answers nothing, and changes the button on the page', async () => {
    const { ann, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ann, chat)
    expect(await post(ann, `${chat}/updates`, { paused: 'yes' })).toBe(204)
    expect((await page.operation('pause', 'outerMorph')).html).toContain('Resume updates')
    await page.fence()
    page.forget()
    expect(await post(ann, `${chat}/updates`, { paused: 'no' })).toBe(204)
    expect((await page.operation('pause', 'outerMorph')).html).toContain('Pause updates')
    await page.close()
  })

  it('pauses no page of another session of the same person, nor of the other person', async () => {
    const { ann, ben, chat, annName } = await newPair(server.url)
    const elsewhere = new HttpClient(server.url)
    await elsewhere.logIn(`${annName}@example.com`, 'long enough 1')
    const pages = [await LivePage.open(server.url, elsewhere, chat), await LivePage.open(server.url, ben, chat)]
    await post(ann, `${chat}/updates`, { paused: 'yes' })
    for (const page of pages) {
      await page.fence()
      expect(page.seen.filter(({ text }) => text.includes('Resume updates'))).toEqual([])
      await page.close()
    }
  })

  it('is not found from somebody who is not in the chat', async () => {
    const { chat } = await newPair(server.url)
    expect(await post(await newcomer(server.url), `${chat}/updates`, { paused: 'yes' })).toBe(404)
  })
})

it.each(['frames', 'updates'])(
  'a stranger who posts to %s of a chat goes to the log-in, and from there to the chat',
  async path => {
    const answer = await new HttpClient(server.url).request('POST', `/chats/some-room/${path}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Fchats%2Fsome-room'])
  },
)
