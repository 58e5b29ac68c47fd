import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf } from '../support/live-page.js'
import { readRows } from '../support/page-client.js'
import { startTestServer } from '../support/test-server.js'

const lifetimeMs = 1500

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ MESSAGE_TTL_MS: String(lifetimeMs), RATE_LIMIT_MESSAGES: '100' })
})
afterAll(() => server.stop())

const timesSchema = z.object({ messages: z.array(z.object({ expiresAt: z.string() })).length(1) })

async function openBoth() {
  const people = await newPair(server.url)
  const annPage = await LivePage.open(server.url, people.ann, people.chat)
  const benPage = await LivePage.open(server.url, people.ben, people.chat)
  const outside = await LivePage.open(server.url, await newcomer(server.url), '/chats')
  await annPage.operation('presence')
  await annPage.fence()
  annPage.forget()
  return { ...people, annPage, benPage, outside }
}

describe.concurrent('a message vanishes', () => {
  it('from both pages within 250 ms of its time, and from every answer', async () => {
    const { annPage, benPage, outside, ann, ben, chat, room, benName } = await openBoth()
    const api = await ApiClient.connect(server.url)
    await api.logIn(`${benName}@example.com`, 'long enough 1')
    annPage.say({ type: 'message:send', content: 'soon gone', nonce: 'brief' })
    const shown = await benPage.operation('list', 'beforeend')
    const id = messageIdOf(shown)
    const { messages } = timesSchema.parse((await api.get(`/chat/rooms/${room}/messages`)).body)
    const dueAt = Date.parse(messages[0]?.expiresAt ?? '')
    const gone = await Promise.all([annPage.operation(`m-${id}`, 'delete'), benPage.operation(`m-${id}`, 'delete')])
    for (const { at } of gone) {
      expect(at).toBeGreaterThanOrEqual(dueAt)
      expect(at).toBeLessThanOrEqual(dueAt + 250)
    }
    for (const client of [ann, ben]) {
      for (const page of [chat, '/chats']) expect(await (await client.get(page)).text()).not.toContain('soon gone')
    }
    expect(await outside.fence()).toEqual([])
  })

  it('before it could be spoken: then only the one after it is', async () => {
    const brief = await startTestServer({ MESSAGE_TTL_MS: '1000' })
    try {
      const { ann, ben, annName, chat } = await newPair(brief.url)
      const [annPage, benPage] = [await LivePage.open(brief.url, ann, chat), await LivePage.open(brief.url, ben, chat)]
      annPage.say({ type: 'message:send', content: 'never spoken', nonce: 'first' })
      const id = messageIdOf(await benPage.operation('list', 'beforeend'))
      await benPage.operation(`m-${id}`, 'delete')
      annPage.say({ type: 'message:send', content: 'spoken', nonce: 'second' })
      expect((await benPage.operation('announcer')).html).toBe(`<p dir="auto">${annName}: spoken</p>`)
    } finally {
      await brief.stop()
    }
  })

  it('from the list of chats as well', async () => {
    const { annPage, benPage, ben, room } = await openBoth()
    await benPage.close()
    const list = await LivePage.open(server.url, ben, '/chats')
    annPage.say({ type: 'message:send', content: 'in the list', nonce: 'listed' })
    await list.frame(({ text }) => text.includes('in the list'))
    list.forget()
    const line = await list.operation(`l-${room}`)
    expect(line.html).toContain('1 message vanished unseen')
    expect((await list.operation(`c-${room} .unread`)).html).toBe('')
  })
})

describe.concurrent('ending a chat', () => {
  it('empties both pages at once, says who did it, and leaves no room behind', async () => {
    const { annPage, benPage, outside, ann, ben, annName, benName, chat, room } = await openBoth()
    annPage.say({ type: 'message:send', content: 'ends early', nonce: 'early' })
    await benPage.operation('list', 'beforeend')
    annPage.forget()
    benPage.forget()
    const ended = await ben.post(`${chat}/end`, {}, `${chat}/end`)
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/chats'])
    for (const [page, words] of [
      [annPage, `${benName} ended this chat`],
      [benPage, 'You ended this chat'],
    ] as const) {
      const { operations } = await page.frame(frame => frame.operations.some(({ target }) => target === 'gone'))
      const shown = operations.filter(({ target }) => target !== 'page-title')
      expect(shown.map(({ target, swap }) => [target, swap])).toEqual([
        ['list', 'innerHTML'],
        ['earlier', 'innerHTML'],
        ['later', 'innerHTML'],
        ['jump', 'innerHTML'],
        ['replying', 'innerHTML'],
        ['typing', 'innerHTML'],
        ['gone', 'innerHTML'],
        [`f-${room} .last`, 'innerHTML'],
        [`c-${room}`, 'delete'],
        ['ended', 'innerMorph'],
      ])
      expect(operations.find(({ target }) => target === 'gone')?.html).toContain(words)
    }
    expect(await outside.fence()).toEqual([])
    expect([(await ann.get(chat)).status, (await ben.get(chat)).status]).toEqual([404, 404])
    const anew = await ben.openChat(await idOf(ben, annName))
    expect(anew).not.toBe(chat)
    expect(await (await ben.get(anew)).text()).not.toContain('ends early')
  })

  it('removes its line from a list that stands open elsewhere', async () => {
    const { annPage, ben, ann, chat, room } = await openBoth()
    const list = await LivePage.open(server.url, ben, '/chats')
    await ann.post(`${chat}/end`, {}, `${chat}/end`)
    await list.operation(`c-${room}`, 'delete')
    await annPage.operation('gone')
    expect(await list.fence()).toHaveLength(1)
  })

  it('has nothing sent into it afterwards, even by a page that is still open', async () => {
    const { annPage, ann, chat } = await openBoth()
    await ann.post(`${chat}/end`, {}, `${chat}/end`)
    await annPage.operation('gone')
    annPage.say({ type: 'message:send', content: 'too late', nonce: 'late' })
    expect((await annPage.operation('p-late')).html).toContain('data-status="failed"')
  })
})

describe('catching up', () => {
  it('sends nothing to a page that shows what the server has', async () => {
    const { ann, chat, annPage } = await openBoth()
    expect(annPage.seen).toEqual([])
    const tab = new LivePage(server.url, await connectPath(ann, chat), { cookie: ann.cookieHeader })
    expect(await tab.fence()).toEqual([])
  })

  it('morphs the list of one that missed a message, and of one that shows a vanished one', async () => {
    const { ann, annPage, chat } = await openBoth()
    const before = await connectPath(ann, chat)
    annPage.say({ type: 'message:send', content: 'missed', nonce: 'missed' })
    const id = messageIdOf(await annPage.operation('list', 'beforeend'))
    const between = await connectPath(ann, chat)
    const late = new LivePage(server.url, before, { cookie: ann.cookieHeader })
    expect((await late.operation('list', 'innerMorph')).html).toContain('missed')
    await annPage.operation(`m-${id}`, 'delete')
    const later = new LivePage(server.url, between, { cookie: ann.cookieHeader })
    expect(readRows((await later.operation('list', 'innerMorph')).html)).toEqual([])
  })

  it('has what was not reported as seen report anew on a second connection', async () => {
    const { ben, annPage, chat } = await openBoth()
    annPage.say({ type: 'message:send', content: 'unreported', nonce: 'unreported' })
    const id = messageIdOf(await annPage.operation('list', 'beforeend'))
    const path = await connectPath(ben, chat)
    const first = new LivePage(server.url, path, { cookie: ben.cookieHeader })
    expect(await first.fence()).toEqual([])
    const again = new LivePage(server.url, `${path}&again=1`, { cookie: ben.cookieHeader })
    expect((await again.operation(`m-${id}>article`, 'outerMorph')).html).toContain('data-undelivered')
  })
})

async function connectPath(client: HttpClient, page: string): Promise<string> {
  const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(await (await client.get(page)).text()) ?? []
  return address.replaceAll('&amp;', '&')
}
