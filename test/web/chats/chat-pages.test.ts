// Long because all that the pages of a chat answer stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fill, newcomer, newPair } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { readRows } from '../../support/page-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_MESSAGES: '100000' })
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]
const htmx = { headers: { 'hx-request': 'true' } }
const statusOf = (html: string) => /<article[^>]*data-status="(\w+)"/.exec(html)?.[1]
const seqsOf = (html: string) => readRows(html).map(({ seq }) => seq)

describe('earlier messages', () => {
  it('are added above those that a page of htmx shows, with the link to those before them', async () => {
    const { ann, chat } = await newPair(server.url)
    await fill(ann, chat, 130)
    const answer = await ann.get(`${chat}?before=121`, htmx)
    const html = await answer.text()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(seqsOf(html)).toEqual(Array.from({ length: 100 }, (_, index) => 21 + index))
    const swaps = [...html.matchAll(/<hx-partial (?:id="|hx-target="#)([^"]*)" hx-swap="([^"]*)">/g)]
    const list = "messages:has([href$='before=121']) #list"
    expect(swaps.map(match => match.slice(1))).toEqual([
      [
        expect.stringMatching(/^messages:has\(\[href\$='before=121'\]\) #list > \[data-day='[^']+'\]:first-child$/),
        'delete',
      ],
      [list, 'afterbegin'],
      ['earlier', 'innerMorph'],
    ])
    expect(html).toContain(`hx-get="${chat}?before=21"`)
    expect(html).not.toContain('<html')
  })

  it('are a whole page for a browser without a script', async () => {
    const { ann, chat } = await newPair(server.url)
    await fill(ann, chat, 3)
    const html = await textOf(ann, `${chat}?before=3`)
    expect(html).toContain('<html')
    expect(seqsOf(html)).toEqual([1, 2])
  })

  it('of which there are none move no heading', async () => {
    const { ann, chat } = await newPair(server.url)
    await fill(ann, chat, 1)
    const html = await (await ann.get(`${chat}?before=1`, htmx)).text()
    expect(html).not.toContain('hx-swap="delete"')
    expect(html).toContain('hx-swap="afterbegin"></hx-partial>')
  })

  it.each(['', '?after=1', '?newest'])('are not meant by %s, which is a whole page for htmx too', async query => {
    const { ann, chat } = await newPair(server.url)
    await fill(ann, chat, 3)
    expect(await (await ann.get(`${chat}${query}`, htmx)).text()).toContain('<html')
  })

  it('are not found by somebody else', async () => {
    const { chat } = await newPair(server.url)
    expect((await (await newcomer(server.url)).get(`${chat}?before=1`, htmx)).status).toBe(404)
  })
})

describe('the frame of a chat', () => {
  it('shows the messages alone, for pages of ours to embed', async () => {
    const { ann, benName, chat, room } = await newPair(server.url)
    await fill(ann, chat, 2)
    const answer = await ann.get(`${chat}/frame?every=15`)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'self'")
    expect(seqsOf(html)).toEqual([1, 2])
    expect(html).toContain(`Chat with ${benName}`)
    expect(html).toContain(`/chats/${room}/seen?upto=`)
    expect(html).not.toContain('id="composer"')
    expect(html).not.toContain('from-top')
  })

  it.each([
    ['?every=15', '15'],
    ['?every=60', '60'],
    ['', undefined],
    ['?every=16', undefined],
  ])('reloads itself for %s after %s seconds', async (query, seconds) => {
    const { ann, chat } = await newPair(server.url)
    const html = await textOf(ann, `${chat}/frame${query}`)
    expect(/http-equiv="refresh" content="(\d+)/.exec(html)?.[1]).toBe(seconds)
  })

  it('leads out of itself to earlier and later messages', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 205)
    const html = await textOf(ben, `${chat}/frame`)
    expect(html).toMatch(/<a\s+href="[^"]+\?after=200#earlier"\s+target="_top"/)
    expect(html).toContain('from-top')
    const own = await textOf(ann, `${chat}/frame`)
    expect(own).toMatch(/before=106"\s+hx-swap="none"\s+hx-sync="this:drop"\s+target="_top"/)
  })

  it('reports as seen the last message of the other person', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 2)
    const html = await textOf(ben, `${chat}/frame`)
    expect(/seen\?upto=([\w-]*)&amp;from=\d+&/.exec(html)?.[1]).toBe(readRows(html)[1]?.id)
  })

  it('is not found by somebody else', async () => {
    const { chat } = await newPair(server.url)
    expect((await (await newcomer(server.url)).get(`${chat}/frame`)).status).toBe(404)
  })
})

describe('the picture that a page without JavaScript loads', () => {
  it('counts the messages up to its own as seen, and no later ones', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 2)
    const [first] = readRows(await textOf(ben, chat))
    const answer = await ben.get(`${chat}/seen?upto=${first?.id}`)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    const statuses = [...(await textOf(ann, chat)).matchAll(/<article[^>]*data-status="(\w+)"/g)].map(match => match[1])
    // The last is the template of a bubble.
    expect(statuses).toEqual(['seen', 'sent', 'sending'])
  })

  it('shows its visitor as online, even without a message', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const presence = async () => /id="presence"[^>]*>[\s\S]*?<span>([^<]*)</.exec(await textOf(ann, chat))?.[1]
    expect(await presence()).toBe('Offline')
    expect((await ben.get(`${chat}/seen?upto=`)).status).toBe(204)
    expect(await presence()).toBe('Online')
  })

  it.each([
    ['that another site links to', { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' }, 'sent'],
    ['that is typed as an address', { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' }, 'sent'],
    ['of a page of a neighbouring host', { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-site' }, 'sent'],
    ['of a page that is prerendered', { 'sec-purpose': 'prefetch;prerender' }, 'sent'],
    ['of the chat itself', { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' }, 'seen'],
  ])(
    'counts for nothing unless the page that is looked at loads it as a picture: one %s',
    async (_, headers, status) => {
      const { ann, ben, chat } = await newPair(server.url)
      await fill(ann, chat, 1)
      const [message] = readRows(await textOf(ben, chat))
      const answer = await ben.get(`${chat}/seen?upto=${message?.id}`, { headers })
      expect([answer.status, await answer.text()]).toEqual([204, ''])
      const html = await textOf(ann, chat)
      expect(statusOf(html)).toBe(status)
      expect(/id="presence"[^>]*>[\s\S]*?<span>([^<]*)</.exec(html)?.[1]).toBe(status === 'seen' ? 'Online' : 'Offline')
    },
  )

  it('does nothing for a message that is given twice', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 1)
    const [message] = readRows(await textOf(ben, chat))
    expect((await ben.get(`${chat}/seen?upto=${message?.id}&upto=${message?.id}`)).status).toBe(204)
    expect(statusOf(await textOf(ann, chat))).toBe('sent')
  })

  it('is not found in a chat of others', async () => {
    const { ann, chat } = await newPair(server.url)
    await fill(ann, chat, 1)
    const [message] = readRows(await textOf(ann, chat))
    expect((await (await newcomer(server.url)).get(`${chat}/seen?upto=${message?.id}`)).status).toBe(404)
  })
})

describe('ending a chat', () => {
  it('is asked about on a page that names the other person and ends nothing', async () => {
    const { ann, benName, chat } = await newPair(server.url)
    const answer = await ann.get(`${chat}/end`)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(html).toContain('End this chat?')
    expect(html).toContain(`All messages are erased at once, for you and for ${benName}.`)
    expect(html).toContain(`action="${chat}/end"`)
    expect((await ann.get(chat)).status).toBe(200)
  })

  it('leads to the chats, and the chat is gone for both', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    expect(whereTo(await ann.post(`${chat}/end`, {}, `${chat}/end`))).toEqual([303, '/chats'])
    expect([(await ann.get(chat)).status, (await ben.get(chat)).status]).toEqual([404, 404])
  })

  it('is not for somebody else, neither the question nor the act', async () => {
    const { ann, chat } = await newPair(server.url)
    const outsider = await newcomer(server.url)
    expect((await outsider.get(`${chat}/end`)).status).toBe(404)
    expect((await outsider.post(`${chat}/end`, {}, '/chats')).status).toBe(404)
    expect((await ann.get(chat)).status).toBe(200)
  })

  it('sends a stranger to the log-in, and from there to the chat', async () => {
    const { chat } = await newPair(server.url)
    const answer = await new HttpClient(server.url).request('POST', `${chat}/end`)
    expect(whereTo(answer)).toEqual([303, `/login?next=${encodeURIComponent(chat)}`])
  })
})
