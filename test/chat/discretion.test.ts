import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpClient } from '../http-client.js'
import { LivePage } from '../live-page.js'
import { startTestServer } from '../test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const password = 'a password of mine'
const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
let count = 0

async function join(): Promise<{ client: HttpClient; name: string; id: string }> {
  count += 1
  const name = `person${count}`
  const client = new HttpClient(server.url)
  await client.post('/register', { username: name, email: `${name}@example.com`, password })
  const [, id = ''] = /data-draft="(\S+) /.exec(await textOf(client, await client.openChat(aliceId))) ?? []
  return { client, name, id }
}

const aliceId = '5e6f1c1a-0000-4000-8000-000000000001'

/** Two people and the path of their chat. */
async function pair() {
  const [rude, calm] = [await join(), await join()]
  const chat = await rude.client.openChat(calm.id)
  const send = (from: HttpClient, content: string) =>
    from.post(`${chat}/messages`, { content, nonce: content.replaceAll(/\W/g, '-') }, chat)
  const open = (who: HttpClient, page = chat) => LivePage.open(server.url, who, page)
  return { rude, calm, chat, send, open }
}

const block = (who: HttpClient, otherId: string) => who.post(`/people/${otherId}/block`, {}, `/people/${otherId}/block`)

/** Long enough for whatever would be pushed to have been. */
const aWhile = () => new Promise(resolve => setTimeout(resolve, 300))

describe('a block', () => {
  it('is asked for first, and is not told to the blocked', async () => {
    const { rude, calm, chat, send } = await pair()
    expect(await textOf(calm.client, chat)).toContain(`href="/people/${rude.id}/block">Block ${rude.name}</a>`)
    expect(await textOf(calm.client, `/people/${rude.id}/block`)).toContain(`Block ${rude.name}?`)
    const answer = await block(calm.client, rude.id)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/chats'])
    expect((await send(rude.client, 'are you there')).status).toBe(303)
    const page = await textOf(rude.client, chat)
    expect(page).toContain('are you there')
    expect(page).toMatch(/data-status="sent"/)
  })

  it('keeps messages, presence and typing away, and the chat out of the list', async () => {
    const { rude, calm, chat, send, open } = await pair()
    const list = await open(calm.client, '/chats')
    const watching = await open(rude.client)
    await block(calm.client, rude.id)
    await watching.frame(({ text }) => text.includes('Not here now'))
    list.forget()
    await send(rude.client, 'secret words')
    watching.say({ type: 'typing:start' })
    await watching.fence()
    await aWhile()
    expect(list.frames.map(({ text }) => text).join('')).not.toMatch(/secret words|typing/)
    expect(await textOf(calm.client, '/chats')).not.toContain(chat)
    expect(await textOf(rude.client, chat)).not.toMatch(/<span>Online|Last seen/)
    for (const path of [chat, `${chat}/end`]) expect((await calm.client.get(path)).status).toBe(404)
    list.socket.close()
    watching.socket.close()
  }, 30_000)

  it('refuses the blocker a chat with the blocked, in words, until it is taken back', async () => {
    const { rude, calm, chat, send } = await pair()
    await send(rude.client, 'before the block')
    await block(calm.client, rude.id)
    await send(rude.client, 'during the block')
    const refused = await calm.client.post('/chats', { userId: rude.id })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('You have blocked this person')
    expect(await textOf(calm.client, '/settings')).toContain(`Unblock ${rude.name}`)
    const answer = await calm.client.post(`/people/${rude.id}/unblock`, {}, '/settings')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings?done=unblocked'])
    await send(rude.client, 'after the block')
    const page = await textOf(calm.client, chat)
    expect(page).toContain('before the block')
    expect(page).toContain('after the block')
    expect(page).not.toContain('during the block')
    const last = /data-message-id="([^"]+)"[^>]*>(?:(?!<article).)*after the block/s.exec(page)?.[1] ?? ''
    await calm.client.get(`${chat}/seen?upto=${last}`)
    const statuses = [...(await textOf(rude.client, chat)).matchAll(/data-status="(\w+)"/g)].map(match => match[1])
    expect(statuses.slice(0, 3)).toEqual(['seen', 'sent', 'seen'])
  })

  it('is of nobody unknown, nor of oneself', async () => {
    const { client, id } = await join()
    for (const other of ['nobody', id]) {
      expect((await client.get(`/people/${other}/block`)).status).toBe(404)
      expect((await client.post(`/people/${other}/block`, {}, '/settings')).status).toBe(404)
    }
  })
})

describe('who sends no receipts', () => {
  it('reads as before, and the other hears nothing of it', async () => {
    const { rude, calm, chat, send, open } = await pair()
    await calm.client.post('/settings', { sendsReceipts: 'no' })
    const watching = await open(rude.client)
    const reading = await open(calm.client)
    await send(rude.client, 'hello')
    const { text } = await reading.frame(frame => frame.text.includes('hello'))
    const [, messageId = ''] = /data-message-id="([^"]+)"/.exec(text) ?? []
    watching.forget()
    for (const status of ['delivered', 'seen']) reading.say({ type: 'message:status', messageId, status })
    await reading.fence()
    await aWhile()
    expect(watching.frames.map(frame => frame.text).join('')).not.toMatch(/data-status|Delivered|Seen/)
    expect(await textOf(rude.client, chat)).toContain('data-status="sent"')
    expect(await textOf(calm.client, '/chats')).not.toContain('1 unread')
    reading.socket.close()
    watching.socket.close()
  })
})

describe('who does not tell of typing', () => {
  it('types in silence', async () => {
    const { rude, calm, open } = await pair()
    const watching = await open(rude.client)
    const typing = await open(calm.client)
    const isTyping = ({ text }: { text: string }) => text.includes(`${calm.name} is typing`)
    typing.say({ type: 'typing:start' })
    await watching.frame(isTyping)
    typing.say({ type: 'typing:stop' })
    await typing.fence()
    await calm.client.post('/settings', { sendsTyping: 'no' })
    await aWhile()
    watching.forget()
    typing.say({ type: 'typing:start' })
    await typing.fence()
    await aWhile()
    expect(watching.frames.filter(isTyping)).toEqual([])
    typing.socket.close()
    watching.socket.close()
  })
})
