// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { idOf, newcomer } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

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

/** Logs in two people and opens their chat; returns its path. */
async function pair() {
  const [rude, calm] = [await join(), await join()]
  const chat = await rude.client.openChat(calm.id)
  const send = (from: HttpClient, content: string) =>
    from.post(`${chat}/messages`, { content, nonce: content.replaceAll(/\W/g, '-') }, chat)
  const open = (who: HttpClient, page = chat) => LivePage.open(server.url, who, page)
  return { rude, calm, chat, send, open }
}

const block = (who: HttpClient, otherId: string) => who.post(`/people/${otherId}/block`, {}, `/people/${otherId}/block`)

/** Long enough for any push to have come. */
const aWhile = () => new Promise(resolve => setTimeout(resolve, 300))

describe('a block', () => {
  it('is asked for first, and is not told to the blocked', async () => {
    const { rude, calm, chat, send } = await pair()
    expect(await textOf(calm.client, chat)).toMatch(
      new RegExp(`href="/people/${rude.id}/block"><svg.*?</svg><span>Block ${rude.name}</span></a>`, 's'),
    )
    expect(await textOf(calm.client, `/people/${rude.id}/block`)).toContain(`Block ${rude.name}?`)
    const answer = await block(calm.client, rude.id)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/people/${rude.id}/block`])
    expect((await send(rude.client, 'are you there')).status).toBe(303)
    const page = await textOf(rude.client, chat)
    expect(page).toContain('are you there')
    expect(page).toMatch(/data-status="sent"/)
  })

  it('keeps messages and typing away, and the chat out of the list', async () => {
    const { rude, calm, chat, send, open } = await pair()
    const list = await open(calm.client, '/chats')
    const watching = await open(rude.client)
    await block(calm.client, rude.id)
    await list.closed
    const listAgain = await open(calm.client, '/chats')
    await send(rude.client, 'secret words')
    watching.say({ type: 'typing:start' })
    await watching.fence()
    await aWhile()
    expect(listAgain.frames.map(({ text }) => text).join('')).not.toMatch(/secret words|typing/)
    expect(await textOf(calm.client, '/chats')).not.toContain(chat)
    for (const path of [chat, `${chat}/end`]) expect((await calm.client.get(path)).status).toBe(404)
    listAgain.socket.close()
    watching.socket.close()
  })

  it('looks to the blocked as if the page had been closed: left at once, offline ten seconds later, and so from then on', async () => {
    const [calm, leaver, rude] = [await join(), await join(), await join()]
    const api = await ApiClient.connect(server.url)
    await api.logIn(`${rude.name}@example.com`, password)
    const program = await ProgramSocket.open(server.url, { token: api.token })
    const pages = new Map<string, LivePage>()
    for (const { client, id } of [calm, leaver]) {
      const chat = await client.openChat(rude.id)
      pages.set(id, await LivePage.open(server.url, client, chat))
      await program.ask({ type: 'room:join', roomId: chat.slice('/chats/'.length) })
    }
    const start = Date.now()
    pages.get(leaver.id)?.socket.close()
    await block(calm.client, rude.id)
    for (const { id } of [leaver, calm]) {
      await program.hears('user:left', { userId: id })
      expect(Date.now() - start).toBeLessThan(5000)
    }
    const heard = async ({ id }: { id: string }) => {
      const { lastSeen, isOnline } = await program.hears('user:offline', { userId: id })
      const types = program.frames.filter(({ userId }) => userId === id).map(({ type }) => type)
      return { isOnline, isSince: Math.abs(Date.parse(String(lastSeen)) - start) < 3000, types }
    }
    expect(await heard(calm)).toEqual(await heard(leaver))
    expect((await heard(calm)).types).toEqual(['user:online', 'user:left', 'user:offline'])
    const shown = async ({ name }: { name: string }) => {
      const [person] = z.array(z.looseObject({})).parse((await api.get(`/users/search?q=${name}`)).body.users)
      return [person?.isOnline, typeof person?.lastSeen]
    }
    expect(await shown(calm)).toEqual([false, 'string'])
    expect(await shown(leaver)).toEqual([false, 'string'])
    for (const { id } of [calm, leaver]) {
      expect(await textOf(rude.client, await rude.client.openChat(id))).toContain('Last seen')
    }
    program.close()
  })

  it('reaches the blocker with nothing of what the blocked does: no id of what expires, no room that they open and end', async () => {
    const brief = await startTestServer({ MESSAGE_TTL_MS: '1000', RATE_LIMIT_API: '1000' })
    try {
      const [calm, rude] = [await newcomer(brief.url, 'calm'), await newcomer(brief.url, 'rude')]
      const [calmApi, rudeApi] = [await ApiClient.connect(brief.url), await ApiClient.connect(brief.url)]
      await calmApi.logIn('calm@example.com', 'long enough 1')
      await rudeApi.logIn('rude@example.com', 'long enough 1')
      const calmId = await idOf(rude, 'calm')
      const chat = await rude.openChat(calmId)
      await calm.get(chat)
      await block(calm, await idOf(calm, 'rude'))
      const program = await ProgramSocket.open(brief.url, { token: calmApi.token })
      const own = await ProgramSocket.open(brief.url, { token: rudeApi.token })
      const roomId = chat.slice('/chats/'.length)
      await own.ask({ type: 'message:send', roomId, content: 'held', nonce: 'held' })
      await own.hears('message:expired', { roomId })
      await rude.post(`${chat}/end`, {}, `${chat}/end`)
      await program.hears('room:dissolved', { roomId })
      const another = await rude.openChat(calmId)
      await rude.post(`${another}/end`, {}, `${another}/end`)
      await own.hears('room:dissolved', { roomId: another.slice('/chats/'.length) })
      expect((await program.settled()).filter(({ type }) => type !== 'reply')).toEqual([
        { type: 'room:dissolved', roomId, reason: 'ended' },
      ])
      program.close()
      own.close()
    } finally {
      await brief.stop()
    }
  })

  it('refuses the blocker a chat with the blocked, in words, until it is taken back', async () => {
    const { rude, calm, chat, send } = await pair()
    const statuses = async () =>
      [...(await textOf(rude.client, chat)).matchAll(/data-status="(\w+)"/g)].flatMap(([, status]) =>
        status === 'sending' ? [] : [status],
      )
    await send(rude.client, 'before the block')
    await block(calm.client, rude.id)
    await send(rude.client, 'during the block')
    expect(await statuses()).toEqual(['sent', 'sent'])
    const refused = await calm.client.post('/chats', { userId: rude.id })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('You&#39;ve blocked this person')
    expect(await textOf(calm.client, '/settings/privacy')).toContain(`Unblock ${rude.name}`)
    const answer = await calm.client.post(`/people/${rude.id}/unblock`, {}, '/settings')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings/privacy?done=unblocked'])
    await send(rude.client, 'after the block')
    const page = await textOf(calm.client, chat)
    expect(page).toContain('before the block')
    expect(page).toContain('after the block')
    expect(page).not.toContain('during the block')
    const last = /data-message-id="([^"]+)"[^>]*>(?:(?!<article).)*after the block/s.exec(page)?.[1] ?? ''
    await calm.client.get(`${chat}/seen?upto=${last}`)
    // A gap in the receipts would reveal the block.
    expect(await statuses()).toEqual(['seen', 'seen', 'seen'])
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
