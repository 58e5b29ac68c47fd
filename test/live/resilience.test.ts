// Long because every case of one behaviour stands here.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseState } from '#src/live/html/page-state.js'
import { newPair } from '../support/crowd.js'
import { EventStream } from '../support/event-stream.js'
import { FaultProxy } from '../support/fault-proxy.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf } from '../support/live-page.js'
import { PageClient, readRows } from '../support/page-client.js'
import { startTestServer } from '../support/test-server.js'

const lifeMs = 3_600_000
const times = { reconnectMs: 50, unansweredMs: 1000 }

let server: Awaited<ReturnType<typeof startTestServer>>
let proxy: FaultProxy
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_MESSAGES: '100000', MESSAGE_MAX_LENGTH: '200000' })
  proxy = await FaultProxy.before(server.url)
})
afterEach(() => proxy.heal())
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})

const stateOf = (page: LivePage) => {
  const states = page.frames.map(({ text }) => /<data id="state" value="([^"]+)"/.exec(text)?.[1] ?? '')
  return states.findLast(state => state !== '') ?? ''
}

/** Two people with a chat and a message that both pages show, as seen; what the pages say when they come back. */
async function settledPair() {
  const pair = await newPair(server.url)
  const { ann, ben, chat } = pair
  const annPage = await LivePage.open(proxy.url, ann, chat)
  const benPage = await LivePage.open(proxy.url, ben, chat)
  annPage.say({ type: 'message:send', content: 'settled', nonce: 'settled' })
  const id = messageIdOf(await benPage.operation('list', 'beforeend'))
  benPage.say({ type: 'message:status', status: 'seen', messageId: id })
  await annPage.operation(`s-${id}`)
  await Promise.all([annPage.fence(), benPage.fence()])
  // Of what shows nothing on a page, such as what its own person has seen, it is told within a second.
  const versionOf = (page: LivePage) => parseState(stateOf(page)).version
  await expect.poll(() => versionOf(annPage) - versionOf(benPage)).toBe(0)
  const comeBack = (page: LivePage, client = ann) =>
    new LivePage(proxy.url, `/ws?room=${pair.room}&state=${stateOf(page)}&again=1`, { cookie: client.cookieHeader })
  return { ...pair, annPage, benPage, comeBack, id }
}

describe('a page that comes back by a socket', () => {
  it('is sent nothing into a room and a list that are as it shows them, even after pushes', async () => {
    const { annPage, benPage, ben, comeBack } = await settledPair()
    proxy.cut()
    expect(await Promise.all([annPage.closed, benPage.closed])).toEqual([1006, 1006])
    expect(await comeBack(annPage).fence()).toEqual([])
    expect(await comeBack(benPage, ben).fence()).toEqual([])
  })

  it('is sent one frame with the list and the chats when something has changed, and no fragment twice', async () => {
    const { annPage, ben, chat, comeBack } = await settledPair()
    proxy.cut()
    await annPage.closed
    for (const content of ['missed one', 'missed two'])
      await ben.post(`${chat}/messages`, { content, nonce: content.slice(7) }, chat)
    const [frame, ...more] = await comeBack(annPage).fence()
    expect(more).toEqual([])
    expect(frame?.operations.map(({ target, swap }) => [target, swap])).toEqual([
      ['list', 'innerMorph'],
      ['presence', 'outerMorph'],
      ['lifetime-choices', 'outerMorph'],
      ['erase', 'outerMorph'],
      ['about', 'innerHTML'],
      ['warning', 'innerMorph'],
      ['chats', 'innerMorph'],
      ['people .last', 'innerHTML'],
      ['more-chats', 'innerMorph'],
      ['ended', 'innerMorph'],
      ['list-report', 'innerHTML'],
      ['page-title', 'innerHTML'],
      ['others-unread', 'innerHTML'],
      ['presence', 'outerMorph'],
    ])
    expect(readRows(frame?.text ?? '').map(({ text }) => text)).toEqual(['settled', 'missed one', 'missed two'])
  })

  it('has a message cut off within its frame stored once, when it is sent again by its nonce', async () => {
    const { ann, chat } = await newPair(server.url)
    const page = new PageClient(proxy.url, ann, chat, lifeMs, times)
    await page.load()
    await page.until(() => page.isOpen, 5000, 'connected')
    for (const [bytes, direction] of [
      [40, 'up'],
      [1, 'down'],
      [200, 'down'],
    ] as const) {
      proxy.cutAfter(bytes, direction)
      page.write(`cut after ${bytes} ${direction}`)
      await page.until(() => page.pending.length === 0, 10_000, 'arrived')
    }
    page.stop()
    const rows = readRows(await (await ann.get(`${server.url}${chat}`)).text())
    expect(rows.map(({ text }) => text)).toEqual(['cut after 40 up', 'cut after 1 down', 'cut after 200 down'])
    expect(page.connections).toBe(4)
  })

  it('gets through a line of which one direction swallows everything', async () => {
    const { ann, chat } = await newPair(server.url)
    const page = new PageClient(proxy.url, ann, chat, lifeMs, times)
    await page.load()
    await page.until(() => page.isOpen, 5000, 'connected')
    proxy.drop('down')
    page.write('into the void')
    const { upgrades } = proxy
    await vi.waitFor(() => expect(proxy.upgrades).toBeGreaterThan(upgrades), { timeout: 5000 })
    proxy.heal()
    await page.until(() => page.pending.length === 0, 10_000, 'arrived')
    page.stop()
    expect(page.rows.map(({ text }) => text)).toEqual(['into the void'])
    expect(page.connections).toBe(2)
  })
})

describe('a reader that takes nothing', () => {
  it('is cut, holds up nobody, and gets everything when it comes back', async () => {
    const { ann, ben, chat, room } = await newPair(server.url)
    const slow = await LivePage.open(server.url, ben, chat)
    slow.socket.pause()
    const annPage = await LivePage.open(server.url, ann, chat)
    // More than a mebibyte beyond all that the buffers of the system may hold.
    const text = 'x'.repeat(200_000)
    const count = 80
    for (let number = 1; number <= count; number += 1) {
      annPage.say({ type: 'message:send', content: text, nonce: `big-${number}` })
      await annPage.operation(`p-big-${number}`, 'delete')
      annPage.forget()
    }
    slow.socket.resume()
    expect(await slow.closed).toBe(1006)
    expect(slow.frames.length).toBeLessThan(count)
    const path = `/ws?room=${room}&state=${stateOf(slow)}&again=1`
    const back = new LivePage(server.url, path, { cookie: ben.cookieHeader })
    // More than a page shows at once: it begins with what is unread and leads on to the rest.
    const shown = readRows((await back.operation('list', 'innerMorph')).html)
    let later = (await back.operation('later', 'innerMorph')).html
    while (later) {
      const [, address = ''] = /href="([^"#]+)/.exec(later) ?? []
      const html = await (await ben.get(address)).text()
      shown.push(...readRows(html))
      later = /<p class="more" id="later">(.*?)<\/p>/s.exec(html)?.[1] ?? ''
    }
    expect(shown.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  })
})

describe('a page on server-sent events', () => {
  const withoutState = (text: string) =>
    text.replace(/<data id="state".*$/s, '').replaceAll(/data-remaining="\d+"/g, '')

  it('gets the same fragments as one on a socket, each with the state it leads to as its id', async () => {
    const { ann, benPage, ben, chat } = await settledPair()
    const stream = await EventStream.open(ben, `${chat}/events?state=${stateOf(benPage)}`)
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    // The first sends a line of the list of chats whole, each after it what has changed.
    await ann.post(`${chat}/messages`, { content: 'before', nonce: 'before' }, chat)
    await benPage.frame(({ text }) => text.includes('before'))
    await stream.event(({ data }) => data.includes('before'))
    benPage.forget()
    await ann.post(`${chat}/messages`, { content: 'to both\nin two lines', nonce: 'both' }, chat)
    const pushed = await benPage.frame(({ text }) => text.includes('to both'))
    const event = await stream.event(({ data }) => data.includes('to both'))
    expect(withoutState(event.data)).toBe(withoutState(pushed.text))
    expect(event.data).toContain(`value="${event.id}"`)
    stream.close()
  })

  it('is sent nothing when it comes back unchanged, and a morph when it missed something', async () => {
    const { ann, ben, benPage, chat } = await settledPair()
    const first = await EventStream.open(ben, `${chat}/events?state=older`)
    const { id } = await first.event(({ data }) => data.includes('innerMorph'))
    first.close()
    const unchanged = await EventStream.open(ben, `${chat}/events?state=older`, id)
    await ann.post(`${chat}/messages`, { content: 'the first thing', nonce: 'first' }, chat)
    await unchanged.event(({ data }) => data.includes('the first thing'))
    expect(unchanged.events[0]?.data).toContain('the first thing')
    expect(unchanged.events.every(({ data }) => !data.includes('id="list" hx-swap="innerMorph"'))).toBe(true)
    unchanged.close()
    const late = await EventStream.open(ben, `${chat}/events`, id)
    const { data } = await late.event(each => each.data.includes('id="list" hx-swap="innerMorph"'))
    expect(readRows(data).map(({ text }) => text)).toEqual(['settled', 'the first thing'])
    late.close()
    await benPage.close()
  })

  it('gets a text with Unicode’s own line ends whole, not torn where they stand', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const stream = await EventStream.open(ann, `${chat}/events`)
    const text = 'first\u2028second\u2029third\nfourth'
    await ben.post(`${chat}/messages`, { content: text, nonce: 'lines' }, chat)
    const { data } = await stream.event(event => event.data.includes('first'))
    stream.close()
    expect(data).toContain(`>${text}</span>`)
    const caughtUp = await EventStream.open(ann, `${chat}/events?state=older`)
    expect((await caughtUp.event(event => event.data.includes('first'))).data).toContain(`>${text}</span>`)
    caughtUp.close()
  })

  it('is told why it is closed: no session, no room, a restart', async () => {
    const own = await startTestServer()
    const { ann, chat } = await newPair(own.url)
    const stranger = new HttpClient(own.url)
    const asPage = { headers: { 'hx-request': 'true' } }
    expect(await (await stranger.get(`${chat}/events`, asPage)).text()).toBe('event: connection:close\ndata: 4401\n\n')
    const noRoom = await (await ann.get('/chats/nowhere/events', asPage)).text()
    expect(noRoom).toMatch(/id="gone"[\s\S]*event: connection:close\ndata: 4404\n\n$/)
    const stream = await EventStream.open(ann, `${chat}/events`)
    await stream.event(({ data }) => data.includes('innerMorph'))
    await own.stop()
    await stream.ended
    expect(stream.events.at(-1)).toEqual({ id: '', event: 'connection:away', data: '1012' })
  })

  it('hears something every 15 seconds', async () => {
    const { ann, chat } = await newPair(server.url)
    const stream = await EventStream.open(ann, `${chat}/events`)
    const beat = await stream.event(({ event }) => event === 'connection:beat', 17_000)
    expect(beat).toEqual({ id: '', event: 'connection:beat', data: '' })
    stream.close()
  })
})

describe('without JavaScript', () => {
  it('takes looking at the page for seen, and neither a prefetch nor the preview of a link', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'look', nonce: 'look' }, chat)
    const status = async () => /data-status="(\w+)"/.exec(await (await ann.get(chat)).text())?.[1]
    const html = await (await ben.get(chat, { headers: { 'sec-purpose': 'prefetch' } })).text()
    expect(html).toContain('look')
    expect(await status()).toBe('sent')
    const [, beacon = ''] = /<noscript><img class="ear" src="([^"]+)"/.exec(html) ?? []
    await ben.get(beacon, { headers: { 'sec-purpose': 'prefetch;prerender' } })
    expect(await status()).toBe('sent')
    const bot = await fetch(new URL(chat, server.url), { headers: { 'user-agent': 'a link preview' } })
    expect(await bot.text()).not.toContain('look')
    expect(await status()).toBe('sent')
    await ben.get(beacon)
    expect(await status()).toBe('seen')
  })

  it('posts once what is submitted twice at once', async () => {
    const { ann, chat } = await newPair(server.url)
    const body = new URLSearchParams({ _csrf: await ann.token(chat), content: 'clicked twice', nonce: 'twice' })
    const answers = await Promise.all([1, 2].map(() => ann.request('POST', `${chat}/messages`, { body })))
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(readRows(await (await ann.get(chat)).text())).toHaveLength(1)
  })

  it('shows the messages in a frame that loads itself anew, in pages of ours alone', async () => {
    const { ann, chat } = await newPair(server.url)
    const frame = await ann.get(`${chat}/frame?every=15`)
    expect(await frame.text()).toContain('<meta http-equiv="refresh" content="15">')
    expect(frame.headers.get('content-security-policy')).toContain("frame-ancestors 'self'")
    expect(frame.headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(await (await ann.get(`${chat}/frame?every=1`)).text()).not.toContain('http-equiv')
    const page = await ann.get(`${chat}?every=5`)
    expect(page.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'.*;frame-src 'self'$/)
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(await page.text()).toContain(`<iframe class="frame" src="${chat}/frame?every=5"`)
  })
})
