import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { fill, idOf, newcomer, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { readRows } from '../support/page-client.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_MESSAGES: '100000', RATE_LIMIT_API: '100000' })
})
afterAll(() => server.stop())

const listSchema = z.object({
  hasEarlier: z.boolean(),
  rooms: z.array(z.object({ id: z.string(), otherUsername: z.string() })),
})

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const linkIn = (html: string, words: string) =>
  new RegExp(`<a(?: class="\\w+")? href="([^"]+)"[^>]*>(?:(?!</a>).)*${words}`, 's').exec(html)?.[1]

describe('a long chat', () => {
  it('opens at the first unread message, and leads on to what follows', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 250)
    const first = await (await ben.get(chat)).text()
    expect(readRows(first).map(({ seq }) => seq)).toEqual(range(1, 200))
    expect(linkIn(first, 'Jump to newest')).toBe(`${chat}?newest`)
    const next = linkIn(first, 'Show later messages') ?? ''
    expect(next).toBe(`${chat}?after=200#earlier`)
    const rest = await (await ben.get(next)).text()
    expect(readRows(rest).map(({ seq }) => seq)).toEqual(range(201, 250))
    expect(linkIn(rest, 'Show later messages')).toBeUndefined()
    expect(linkIn(rest, 'Show earlier messages')).toBe(`${chat}?before=201`)
    expect(linkIn(rest, 'Jump to newest')).toBeUndefined()
  })

  it('stands at the top of its window where that is read from there, also in a frame', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const isFromTop = async (client: HttpClient, query: string) =>
      (await (await client.get(`${chat}${query}`)).text()).includes('from-top')
    await fill(ann, chat, 100)
    expect(await isFromTop(ben, '')).toBe(false)
    await fill(ann, chat, 150)
    for (const query of ['', '?after=50', '/frame']) expect(await isFromTop(ben, query), query).toBe(true)
    for (const query of ['?before=101', '?newest']) expect(await isFromTop(ben, query), query).toBe(false)
    expect(await isFromTop(ann, '')).toBe(false)
  })

  it('leaves no way to its other messages when it ends', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 220)
    const page = await LivePage.open(server.url, ann, `${chat}?before=150`)
    await ben.post(`${chat}/end`, {})
    for (const id of ['earlier', 'later', 'jump']) expect((await page.operation(id, 'innerHTML')).html).toBe('')
    await page.close()
  })

  it('is seen up to where the page goes, and opens there the next time', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 320)
    const page = await (await ben.get(chat)).text()
    const [, beacon = ''] = /<noscript><img class="ear" src="([^"]+)"/.exec(page) ?? []
    await ben.get(beacon)
    expect(readRows(await (await ben.get(chat)).text()).map(({ seq }) => seq)).toEqual(range(201, 320))
  })

  it.each(['before=0', 'before=x', 'before=', 'after=-1', 'before=1&before=2', `after=${'9'.repeat(20)}`])(
    'shows something for ?%s',
    async query => {
      const { ann, chat } = await newPair(server.url)
      await fill(ann, chat, 3)
      expect((await ann.get(`${chat}?${query}`)).status).toBe(200)
    },
  )

  it('tells a page of more receipts than it shows by its newest rows, and by how far the other has got', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 320)
    const page = await LivePage.open(server.url, ann, chat)
    const last = readRows(await (await ben.get(`${chat}?newest`)).text()).at(-1)
    await ben.get(`${chat}/seen?upto=${last?.id}`)
    const list = await page.operation('list', 'innerMorph')
    expect(readRows(list.html)).toHaveLength(100)
    expect(list.html).toContain('data-ranges="1-220" data-delivered="320" data-seen="320"')
    expect(list.html.match(/data-status="seen"/g)).toHaveLength(100)
    await page.close()
  })
})

describe('a long list of chats', () => {
  let ann: HttpClient
  let api: ApiClient
  const namesIn = (html: string) => [...html.matchAll(/class="who"><bdi>([^<]+)</g)].map(([, name]) => name)
  const name = (number: number) => `friend-${String(number).padStart(3, '0')}`
  beforeAll(async () => {
    ann = await newcomer(server.url, 'popular-ann')
    api = await ApiClient.connect(server.url)
    await api.logIn('popular-ann@example.com', 'long enough 1')
    let annId = ''
    for (const number of range(1, 130)) {
      const friend = await newcomer(server.url, name(number))
      annId ||= await idOf(friend, 'popular-ann')
      await fill(friend, await friend.openChat(annId), 1)
    }
  })

  it('shows the hundred that were active last, and leads on to the others and back', async () => {
    const newest = await (await ann.get('/chats')).text()
    expect(namesIn(newest)).toEqual(range(31, 130).map(name).reverse())
    expect(newest).toMatch(/<title[^>]*>\(130\) Chats/)
    const older = await (await ann.get(linkIn(newest, 'Show more chats') ?? '')).text()
    expect(namesIn(older)).toEqual(range(1, 30).map(name).reverse())
    expect(linkIn(older, 'Show more chats')).toBeUndefined()
    expect(linkIn(older, 'Newest chats')).toBe('/chats')
  })

  it.each(['no-such-room', '00000000-0000-4000-8000-000000000000'])(
    'shows the newest when there is nothing behind %s',
    async room => {
      const response = await ann.get(`/chats?before=${room}`)
      expect([response.status, response.headers.get('location')]).toEqual([303, '/chats'])
    },
  )

  it('of older chats is never called empty', async () => {
    const html = await (await ann.get('/chats')).text()
    expect(html).toContain('class="empty"')
    expect(await (await ann.get(linkIn(html, 'Show more chats') ?? '')).text()).not.toContain('class="empty"')
  })

  it('is given by the API in parts', async () => {
    const read = async (query = '') => listSchema.parse((await api.get(`/chat/rooms${query}`)).body)
    const first = await read()
    const second = await read(`?before=${first.rooms.at(-1)?.id}&limit=20`)
    const third = await read(`?before=${second.rooms.at(-1)?.id}`)
    expect([first.hasEarlier, second.hasEarlier, third.hasEarlier]).toEqual([true, true, false])
    const all = [...first.rooms, ...second.rooms, ...third.rooms].map(room => room.otherUsername)
    expect(all).toEqual(range(1, 130).map(name).reverse())
    expect((await api.get('/chat/rooms?limit=201')).status).toBe(422)
  })

  it('brings a chat back to its top, and loses the last one to those that follow', async () => {
    const page = await LivePage.open(server.url, ann, '/chats')
    const friend = await newcomer(server.url, 'friend-131')
    await fill(friend, await friend.openChat(await idOf(friend, 'popular-ann')), 1)
    const { html } = await page.operation('chats', 'afterbegin')
    expect(namesIn(html)).toEqual(['friend-131'])
    const more = await page.operation('more-chats', 'innerMorph')
    const older = await (await ann.get(linkIn(more.html, 'Show more chats') ?? '')).text()
    expect(namesIn(older)).toEqual(range(1, 31).map(name).reverse())
    await page.close()
  })

  it('of older chats takes in none that becomes new', async () => {
    const html = await (await ann.get('/chats')).text()
    const page = await LivePage.open(server.url, ann, linkIn(html, 'Show more chats') ?? '')
    const friend = await newcomer(server.url, 'friend-132')
    await fill(friend, await friend.openChat(await idOf(friend, 'popular-ann')), 1)
    await page.operation('page-title')
    expect(page.frames.some(({ text }) => text.includes('friend-132'))).toBe(false)
    await page.close()
  })
})
