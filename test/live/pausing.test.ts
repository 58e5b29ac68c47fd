import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function openPair() {
  const people = await newPair(server.url)
  const annPage = await LivePage.open(server.url, people.ann, people.chat)
  const benPage = await LivePage.open(server.url, people.ben, people.chat)
  await annPage.operation('presence')
  return { ...people, annPage, benPage }
}

const pause = (client: HttpClient, chat: string, paused: 'yes' | 'no') =>
  client.post(`${chat}/updates`, { paused }, chat)

async function send(page: LivePage, content: string): Promise<string> {
  page.say({ type: 'message:send', content, nonce: `n-${Math.random().toString(36).slice(2)}` })
  return messageIdOf(await page.operation('list', 'beforeend'))
}

it('holds back what is new and shows it, counted, when updates go on', async () => {
  const { ann, annPage, benPage, chat } = await openPair()
  await pause(ann, chat, 'yes')
  expect((await annPage.operation('pause', 'outerMorph')).html).toContain('Resume updates')
  expect((await annPage.operation('paused')).html).toContain('Resume updates')
  await annPage.fence()
  annPage.forget()
  const id = await send(benPage, 'held back')
  await annPage.fence()
  expect(annPage.seen).toEqual([])
  await pause(ann, chat, 'no')
  const list = await annPage.operation('list', 'innerMorph')
  expect(list.html).toContain(id)
  expect((await annPage.operation('pause', 'outerMorph')).html).toContain('Pause updates')
  expect((await annPage.operation('paused')).html).toBe('')
  expect((await annPage.operation('announcer')).html).toContain('1 new message')
})

it('still takes away what is gone, shows what one writes oneself, and says that the chat has ended', async () => {
  const { ann, ben, annPage, benPage, chat } = await openPair()
  const id = await send(benPage, 'taken back soon')
  await annPage.operation('list', 'beforeend')
  await pause(ann, chat, 'yes')
  await annPage.operation('pause')
  annPage.forget()
  await ben.post(`${chat}/messages/${id}/unsend`, {}, chat)
  await annPage.operation(`m-${id}`, 'delete')
  await send(annPage, 'written while paused')
  await ben.post(`${chat}/end`, {}, `${chat}/end`)
  await annPage.operation('gone')
})

it('is asked for by a setting, and is over once the line was lost', async () => {
  const { ann, annPage, benPage, chat } = await openPair()
  await annPage.close()
  await ann.post('/settings', { startsPaused: 'yes' })
  const html = await (await ann.get(chat)).text()
  expect(html).toContain('Resume updates')
  const paused = await LivePage.open(server.url, ann, chat)
  await send(benPage, 'not yet')
  await paused.fence()
  expect(paused.seen).toEqual([])
  const [, state = ''] = /state=([^"&]+)/.exec(html) ?? []
  const room = chat.slice('/chats/'.length)
  const back = new LivePage(server.url, `/ws?room=${room}&state=${state}&again=1`, { cookie: ann.cookieHeader })
  expect((await back.operation('list')).html).toContain('not yet')
  expect((await back.operation('pause')).html).toContain('Pause updates')
})

it('concerns nobody else', async () => {
  const { ben, annPage, benPage, chat } = await openPair()
  await pause(ben, chat, 'yes')
  await benPage.operation('pause')
  annPage.forget()
  benPage.say({ type: 'message:send', content: 'to Ann', nonce: 'one' })
  await annPage.operation('list', 'beforeend')
  expect(annPage.seen.flatMap(({ operations }) => operations.map(({ target }) => target))).not.toContain('pause')
})

it('concerns no other chat of the same person', async () => {
  const { ann, annPage, chat } = await openPair()
  await newcomer(server.url, `cem-of-${chat.slice(-8)}`)
  const other = await ann.openChat(await idOf(ann, `cem-of-${chat.slice(-8)}`))
  const otherPage = await LivePage.open(server.url, ann, other)
  await pause(ann, chat, 'yes')
  await annPage.operation('pause')
  await otherPage.fence()
  expect(otherPage.seen.flatMap(({ operations }) => operations.map(({ target }) => target))).not.toContain('pause')
})
