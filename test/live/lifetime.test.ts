import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

const lifeMs = 40_000
let server: Awaited<ReturnType<typeof startTestServer>>
let without: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ MESSAGE_TTL_MS: String(lifeMs) })
  without = await startTestServer({ MESSAGE_TTL_MS: String(lifeMs), KEEP_LONGER: 'false' })
})
afterAll(() => Promise.all([server.stop(), without.stop()]))

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Two open pages of a chat, and one of somebody else. */
async function openAll(base = server.url) {
  const people = await newPair(base)
  const open = (client: HttpClient, page: string) => LivePage.open(base, client, page)
  const annPage = await open(people.ann, people.chat)
  const benPage = await open(people.ben, people.chat)
  const outside = await open(await newcomer(base), '/chats')
  await annPage.operation('presence')
  annPage.forget()
  return { ...people, annPage, benPage, outside, pages: [annPage, benPage] }
}

const targetsOf = (page: LivePage) => page.seen.flatMap(({ operations }) => operations.map(({ target }) => target))

describe('how long messages live', () => {
  it('is told to both at once, and to nobody else', async () => {
    const { ann, annName, annPage, benPage, outside, chat, pages } = await openAll()
    const headers = { 'hx-request': 'true' }
    const answer = await ann.post(`${chat}/lifetime`, { lifetimeMs: '14400000' }, chat, { headers })
    expect(answer.status).toBe(204)
    for (const [page, who] of [
      [annPage, 'You'],
      [benPage, annName],
    ] as const) {
      const said = `${who} changed how long messages live: 4 hours`
      expect((await page.operation('announcer')).html).toContain(said)
      expect((await page.operation('list', 'beforeend')).html).toContain(said)
      expect((await page.operation('presence')).html).toContain('data-life="14400000"')
      expect((await page.operation('about')).html).toContain('Messages vanish after 4 hours')
      expect((await page.operation('lifetime-choices')).html).toContain('value="14400000" selected')
    }
    for (const page of pages) page.forget()
    annPage.say({ type: 'message:send', content: 'lives longer', nonce: 'n' })
    for (const page of pages) {
      const [, remaining] = /data-remaining="(\d+)"/.exec((await page.operation('list')).html) ?? []
      expect(Number(remaining)).toBeGreaterThan(14_300_000)
    }
    await outside.fence()
    expect(outside.seen).toEqual([])
  })

  it('reaches a page that was away meanwhile', async () => {
    const { ann, ben, chat } = await openAll()
    const html = await (await ben.get(chat)).text()
    const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
    await ann.post(`${chat}/lifetime`, { lifetimeMs: '300000' }, chat)
    const back = new LivePage(server.url, address.replaceAll('&amp;', '&'), { cookie: ben.cookieHeader })
    expect((await back.operation('about')).html).toContain('5 minutes')
    expect((await back.operation('list', 'innerMorph')).html).toContain('how long messages live: 5 minutes')
    await back.close()
  })

  it('is warned of in time, to both, until either keeps what would go', async () => {
    const { ann, ben, benName, annPage, benPage, outside, chat, pages } = await openAll()
    const off = await openAll(without.url)
    off.annPage.say({ type: 'message:send', content: 'goes', nonce: 'n' })
    annPage.say({ type: 'message:send', content: 'kept', nonce: 'n' })
    const { html: row } = await annPage.operation('list')
    const [, id = ''] = /data-message-id="([^"]+)"/.exec(row) ?? []
    await wait(lifeMs / 2 - 2000)
    await Promise.all(pages.map(page => page.fence()))
    for (const page of pages) expect(targetsOf(page)).not.toContain('warning')
    await wait(1500)
    for (const page of pages) {
      const { html, swap } = await page.operation('warning')
      expect(swap).toBe('innerMorph')
      expect(html).toContain('Oldest messages vanish in 20 seconds')
      expect(html).toContain(`formaction="${chat}/keep"`)
      page.forget()
    }
    // A page without a script has it on loading.
    expect(await (await ann.get(chat)).text()).toContain('Keep 40 more seconds')
    const answer = await ben.post(`${chat}/keep`, {}, chat)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
    for (const [page, who] of [
      [annPage, benName],
      [benPage, 'You'],
    ] as const) {
      expect((await page.operation('warning')).html).toBe('')
      expect((await page.operation('announcer')).html).toBe(`<p dir="auto">${who} kept messages longer</p>`)
      const { html } = await page.operation(`m-${id}>article`)
      expect(html).toMatch(/;kept until (\w{3} )?\d\d:\d\d:\d\d/)
      expect(Number(/data-remaining="(\d+)"/.exec(html)?.[1])).toBeGreaterThan(lifeMs)
    }
    expect(await (await ann.get(chat)).text()).not.toContain('Keep 40 more seconds')
    await Promise.all([outside.fence(), off.annPage.fence()])
    expect(outside.seen).toEqual([])
    expect(targetsOf(off.annPage)).not.toContain('warning')
    expect(await (await off.ann.get(off.chat)).text()).not.toContain('Keep 40 more seconds')
  })

  it('begins when a message is seen, of which both pages and programs get the end at once, and nothing is spoken', async () => {
    const { ann, annPage, benPage, chat } = await openAll()
    const program = await ProgramSocket.open(server.url, { headers: { cookie: ann.cookieHeader, origin: server.url } })
    await ann.post(`${chat}/lifetime`, { lifetimeMs: '300000', from: 'seen' }, chat)
    await program.hears('room:lifetime', { lifetimeMs: 300_000, from: 'seen' })
    annPage.say({ type: 'message:send', content: 'waits', nonce: 'n' })
    const { id } = await program.hears('message:new', { livesAfterSeenMs: 300_000 })
    await benPage.frame(({ text }) => text.includes('until seen, then 5 minutes</time>'))
    const pages = [annPage, benPage]
    for (const page of pages) page.forget()
    benPage.say({ type: 'message:status', status: 'seen', messageId: id })
    for (const page of pages) {
      const { text } = await page.frame(frame => /;until (\w{3} )?\d\d:\d\d/.test(frame.text))
      expect(Number([...text.matchAll(/data-remaining="(\d+)"/g)].at(-1)?.[1])).toBeLessThanOrEqual(300_000)
      await page.fence()
      expect(targetsOf(page)).not.toContain('announcer')
    }
    expect(await program.hears('message:kept', { reason: 'seen' })).toMatchObject({ messages: [{ messageId: id }] })
    program.close()
  })

  it('begins when one sends no receipts any more, of which both pages, their lists and programs get the end at once', async () => {
    const { ann, ben, annPage, benPage, chat } = await openAll()
    const program = await ProgramSocket.open(server.url, { headers: { cookie: ann.cookieHeader, origin: server.url } })
    await ann.post(`${chat}/lifetime`, { lifetimeMs: '300000', from: 'seen' }, chat)
    annPage.say({ type: 'message:send', content: 'waits', nonce: 'n' })
    const { id } = await program.hears('message:new', { livesAfterSeenMs: 300_000 })
    const pages = [annPage, benPage]
    for (const page of pages) {
      await page.frame(({ text }) => text.includes('until seen, then 5 minutes</time>'))
      page.forget()
    }
    await ben.post('/settings', { sendsReceipts: 'no' }, '/settings')
    await program.hears('room:lifetime', { lifetimeMs: 300_000, from: 'sent' })
    const kept = await program.hears('message:kept', { reason: 'sent' })
    expect(kept).toMatchObject({ messages: [{ messageId: id, expiresAt: expect.any(String) }] })
    for (const page of pages) {
      const { text } = await page.frame(frame => /;until (\w{3} )?\d\d:\d\d/.test(frame.text))
      expect(Number(/<article[^>]*? data-remaining="(\d+)"/.exec(text)?.[1])).toBeLessThanOrEqual(300_000)
      const { html } = await page.operation(`l-${chat.split('/').at(-1)}`)
      expect(Number(/class="last"[^>]*? data-remaining="(\d+)"/.exec(html)?.[1])).toBeLessThanOrEqual(300_000)
    }
    program.close()
  })

  it('is over before its message is sent again, which then shows nothing and takes the bubble away', async () => {
    const { ann, annPage, benPage, chat } = await openAll()
    annPage.say({ type: 'message:send', content: 'soon gone', nonce: 'again' })
    const { html } = await annPage.operation('list')
    const [, id = ''] = /data-message-id="([^"]+)"/.exec(html) ?? []
    await ann.post(`${chat}/messages/${id}/unsend`, {}, chat)
    await benPage.operation(`m-${id}`, 'delete')
    for (const page of [annPage, benPage]) {
      await page.fence()
      page.forget()
    }
    annPage.say({ type: 'message:send', content: 'soon gone', nonce: 'again' })
    await annPage.operation('p-again', 'delete')
    await benPage.fence()
    expect([targetsOf(annPage), targetsOf(benPage)]).toEqual([['p-again'], []])
  })
})
