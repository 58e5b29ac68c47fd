// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf, tickIn } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let outsider: HttpClient
beforeAll(async () => {
  server = await startTestServer()
  outsider = await newcomer(server.url)
})
afterAll(() => server.stop())

const open = (client: HttpClient, page: string) => LivePage.open(server.url, client, page)
const targetsOf = (page: LivePage) => page.seen.map(({ operations }) => operations.map(({ target }) => target))

/** Two open pages of a chat, and one of somebody else; nothing is under way. */
async function openAll() {
  const people = await newPair(server.url)
  const [annPage, benPage] = [await open(people.ann, people.chat), await open(people.ben, people.chat)]
  const outside = await open(outsider, '/chats')
  await annPage.operation('presence')
  await annPage.fence()
  annPage.forget()
  return { ...people, annPage, benPage, outside }
}

async function send(page: LivePage, content: string, nonce = `n-${Math.random().toString(36).slice(2)}`) {
  page.say({ type: 'message:send', content, nonce })
  const shown = await page.operation('list', 'beforeend')
  return messageIdOf(shown)
}

describe('a message', () => {
  it('reaches both in one frame each, and nobody else', async () => {
    const { annPage, benPage, outside, room } = await openAll()
    annPage.say({ type: 'message:send', content: 'Hello <b>', nonce: 'first' })
    const shown = await benPage.operation('list', 'beforeend')
    expect(shown.html).toContain('Hello &lt;b&gt;')
    await Promise.all([annPage.fence(), benPage.fence(), outside.fence()])
    // The item of the chat may be changed in part.
    const elementsOf = (page: LivePage) =>
      targetsOf(page).map(targets => new Set(targets.map(target => target.replace(/ .*/, '').replace(/^l-/, 'c-'))))
    expect(elementsOf(annPage)).toEqual([new Set(['p-first', 'list', `c-${room}`])])
    expect(elementsOf(benPage)).toEqual([new Set(['list', `c-${room}`, 'page-title'])])
    expect(outside.seen).toEqual([])
  })

  it('is spoken once to the other, and never to whoever wrote it', async () => {
    const { annPage, benPage } = await openAll()
    await send(annPage, 'one')
    await send(annPage, 'two')
    const { html } = await benPage.operation('announcer')
    expect(html).toContain('2 new messages')
    await Promise.all([annPage.fence(), benPage.fence()])
    expect(targetsOf(annPage).flat()).not.toContain('announcer')
    expect(
      targetsOf(benPage)
        .flat()
        .filter(target => target === 'announcer'),
    ).toHaveLength(1)
  })

  it('reaches every tab of both in step', async () => {
    const { annPage, benPage, ann, ben, chat } = await openAll()
    const [annTab, benTab] = [await open(ann, chat), await open(ben, chat)]
    const id = await send(annPage, 'to all tabs')
    const shown = await Promise.all([annTab, benTab, benPage].map(page => page.operation('list', 'beforeend')))
    expect(shown.map(messageIdOf)).toEqual([id, id, id])
    // Each node counts for itself what remains.
    const remaining = /(?<=data-remaining=")\d+/
    const [first, second] = [shown[1]?.html ?? '', shown[2]?.html ?? '']
    expect(first.replace(remaining, '')).toBe(second.replace(remaining, ''))
    expect(Math.abs(Number(remaining.exec(first)) - Number(remaining.exec(second)))).toBeLessThan(500)
  })

  it('sent again by its nonce is one message, and the bubble that asked goes', async () => {
    const { annPage, benPage, ben, chat } = await openAll()
    const id = await send(annPage, 'only once', 'twice')
    annPage.forget()
    annPage.say({ type: 'message:send', content: 'only once', nonce: 'twice' })
    await annPage.operation('p-twice', 'delete')
    await Promise.all([annPage.fence(), benPage.fence()])
    expect(targetsOf(annPage)).toEqual([['p-twice']])
    expect(benPage.seen.flatMap(({ operations }) => operations.filter(({ target }) => target === 'list'))).toHaveLength(
      1,
    )
    const html = await (await ben.get(chat)).text()
    expect(html.match(/data-message-id="[^"]+"/g)).toEqual([`data-message-id="${id}"`])
  })

  it('is the sixth within a second: it waits, with its text', async () => {
    const { annPage, benPage } = await openAll()
    for (let index = 1; index <= 6; index += 1) {
      annPage.say({ type: 'message:send', content: `burst ${index}`, nonce: `burst-${index}` })
    }
    const { html, swap } = await annPage.operation('p-burst-6')
    expect(swap).toBe('outerHTML')
    expect(html).toContain('data-status="waiting"')
    expect(html).toContain('name="content" value="burst 6"')
    expect(html).toContain('name="nonce" value="burst-6"')
    expect(html).toMatch(/load delay:\d+ms/)
    await benPage.frame(({ text }) => text.includes('burst 5'))
    await benPage.fence()
    expect(benPage.frames.some(({ text }) => text.includes('burst 6'))).toBe(false)
  })

  it.each([
    ['empty', ' \n ', 'Write a message first'],
    ['too long', 'x'.repeat(5001), 'at most 5000 characters'],
    ['of control characters', 'a\u0007b', 'characters that can&#39;t be shown'],
  ])('that is %s comes back as not sent, with its text and why', async (_kind, content, reason) => {
    const { annPage, benPage } = await openAll()
    annPage.say({ type: 'message:send', content, nonce: 'refused' })
    const { html } = await annPage.operation('p-refused')
    expect(html).toContain('data-status="failed"')
    expect(html).toContain(reason)
    expect(html).toContain(`name="content" value="${content}"`)
    await benPage.fence()
    expect(benPage.seen).toEqual([])
  })

  it('of 5,000 characters that each take three bytes arrives whole', async () => {
    const { annPage, benPage } = await openAll()
    const content = '漢'.repeat(5000)
    annPage.say({ type: 'message:send', content, nonce: 'cjk' })
    expect((await benPage.operation('list', 'beforeend')).html).toContain(`>${content}<`)
  })
})

describe('ticks', () => {
  const report = (page: LivePage, status: string, messageId: string) =>
    page.say({ type: 'message:status', status, messageId })

  it('move by cursor: one report covers all before it, in one frame', async () => {
    const { annPage, benPage, outside } = await openAll()
    await send(annPage, 'first')
    annPage.forget()
    await send(annPage, 'second')
    await benPage.frame(({ text }) => text.includes('second'))
    const ids = benPage.frames.flatMap(({ operations }) =>
      operations.filter(({ target }) => target === 'list').map(messageIdOf),
    )
    annPage.forget()
    report(benPage, 'seen', ids[1] ?? '')
    await annPage.operation(`s-${ids[1]}`)
    await Promise.all([annPage.fence(), outside.fence()])
    expect(annPage.seen).toHaveLength(1)
    const ticks = annPage.seen[0]?.operations.filter(({ target }) => target.startsWith('s-'))
    expect(ticks?.map(({ target }) => target)).toEqual(ids.map(id => `s-${id}`))
    expect(ticks?.map(tickIn)).toEqual(['seen', 'seen'])
    expect(outside.seen).toEqual([])
  })

  it('go from delivered to seen and never back', async () => {
    const { annPage, benPage, ann, chat } = await openAll()
    const id = await send(annPage, 'forward only')
    annPage.forget()
    report(benPage, 'delivered', id)
    expect(tickIn(await annPage.operation(`s-${id}`))).toBe('delivered')
    annPage.forget()
    report(benPage, 'seen', id)
    expect(tickIn(await annPage.operation(`s-${id}`))).toBe('seen')
    await annPage.fence()
    annPage.forget()
    report(benPage, 'delivered', id)
    await benPage.fence()
    await annPage.fence()
    expect(annPage.seen).toEqual([])
    expect(await (await ann.get(chat)).text()).toContain('data-status="seen"')
  })

  it('cannot be forged for a message of one’s own', async () => {
    const { annPage, benPage, ann, chat } = await openAll()
    const id = await send(annPage, 'mine')
    await benPage.fence()
    annPage.forget()
    benPage.forget()
    report(annPage, 'seen', id)
    await annPage.fence()
    await benPage.fence()
    expect([annPage.seen, benPage.seen]).toEqual([[], []])
    expect(await (await ann.get(chat)).text()).toContain('data-status="sent"')
  })
})

describe('typing', () => {
  it('is shown to the other alone, and cleared two seconds after the last report', async () => {
    const { annPage, benPage, annName, outside } = await openAll()
    const start = Date.now()
    annPage.say({ type: 'typing:start' })
    expect((await benPage.operation('typing')).html).toContain(`${annName} is typing`)
    benPage.forget()
    const cleared = await benPage.operation('typing')
    expect(cleared.html).toBe('')
    expect(cleared.at - start).toBeGreaterThan(1900)
    expect(cleared.at - start).toBeLessThan(2400)
    await Promise.all([annPage.fence(), outside.fence()])
    expect(targetsOf(annPage).flat()).not.toContain('typing')
    expect(outside.seen).toEqual([])
  })

  it('is told once however often a page reports it, and ends with the message', async () => {
    const { annPage, benPage } = await openAll()
    annPage.say({ type: 'typing:start' })
    annPage.say({ type: 'typing:start' })
    annPage.say({ type: 'typing:start' })
    await annPage.fence()
    await benPage.fence()
    const shown = benPage.seen.flatMap(({ operations }) => operations.filter(({ target }) => target === 'typing'))
    expect(shown).toHaveLength(1)
    benPage.forget()
    await send(annPage, 'typed')
    expect((await benPage.operation('typing')).html).toBe('')
  })

  it('ends when the page says so', async () => {
    const { annPage, benPage } = await openAll()
    annPage.say({ type: 'typing:start' })
    await benPage.operation('typing')
    benPage.forget()
    annPage.say({ type: 'typing:stop' })
    expect((await benPage.operation('typing')).html).toBe('')
  })
})

describe('a frame for a room of others', () => {
  it('changes nothing there, and tells no more than one for a room that never was', async () => {
    const { annPage, benPage, ben, chat, room } = await openAll()
    const id = await send(annPage, 'private')
    await annPage.fence()
    await benPage.fence()
    annPage.forget()
    benPage.forget()
    const stranger = await open(outsider, '/chats')
    const answers: string[] = []
    for (const roomId of [room, 'AAAAAAAAAAAAAAAAAAAAAA']) {
      stranger.say({ type: 'message:send', roomId, content: 'let me in', nonce: 'intruder' })
      answers.push((await stranger.operation('p-intruder')).html)
      stranger.say({ type: 'message:status', roomId, messageId: id, status: 'seen' })
      stranger.say({ type: 'typing:start', roomId })
      await stranger.fence()
      stranger.forget()
    }
    expect(answers[0]).toBe(answers[1])
    await Promise.all([annPage.fence(), benPage.fence()])
    expect([annPage.seen, benPage.seen]).toEqual([[], []])
    expect(await (await ben.get(chat)).text()).not.toContain('let me in')
  })
})

describe('the list of chats', () => {
  it('counts what is unread, shows the last line first, and reports it as delivered', async () => {
    const { annPage, benPage, ben, room, annName } = await openAll()
    await benPage.close()
    const list = await open(ben, '/chats')
    const id = await send(annPage, 'are you there?')
    const line = await list.operation(`c-${room}`)
    expect(line.html).toContain('1 unread')
    expect(line.html).toContain('are you there?')
    expect(line.html).toContain(`<bdi>${annName}</bdi>`)
    const report = await list.operation('list-report')
    expect(report.html).toContain(`"type":"list:delivered","reports":"${room}.${id}"`)
    list.say({ type: 'list:delivered', reports: `${room}.${id}` })
    expect(tickIn(await annPage.operation(`s-${id}`))).toBe('delivered')
  })

  it('has the chat that was written in move to its top, as one line', async () => {
    const { annPage, ben, room } = await openAll()
    const list = await open(ben, '/chats')
    const third = `third-${Math.random().toString(36).slice(2, 8)}`
    await newcomer(server.url, third)
    const newer = (await ben.openChat(await idOf(ben, third))).slice('/chats/'.length)
    const opened = await list.frame(({ operations }) => operations.some(({ target }) => target === 'chats'))
    expect(opened.operations.map(({ target, swap }) => [target, swap])).toEqual([
      [`c-${newer}`, 'delete'],
      ['chats', 'afterbegin'],
    ])
    list.forget()
    await send(annPage, 'up')
    const moved = await list.frame(({ operations }) => operations.length > 0)
    expect(moved.operations.map(({ target, swap }) => [target, swap])).toEqual([
      [`c-${room}`, 'delete'],
      ['chats', 'afterbegin'],
      ['list-report', 'innerHTML'],
      ['page-title', 'innerHTML'],
    ])
    expect(moved.operations[1]?.html).toContain(`id="c-${room}"`)
    expect(moved.operations[3]?.html).toContain('(1) Chats')
  })
})
