import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { idOf, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf } from '../support/live-page.js'
import { startOneServer } from '../support/test-server.js'

/** What was called of the engine and of the account store, the latter with whom it was asked for. */
const calls = vi.hoisted(() => ({ engine: [] as string[], accounts: [] as string[] }))

vi.mock('#src/engines/memory/engine.js', async importOriginal => {
  const { counted } = await import('../support/counted.js')
  const original = await importOriginal<typeof import('#src/engines/memory/engine.js')>()
  const MemoryEngine = new Proxy(original.MemoryEngine, {
    construct: (target, args) => counted(Reflect.construct(target, args), name => calls.engine.push(name)),
  })
  return { ...original, MemoryEngine }
})

vi.mock('#src/accounts/store/open-store.js', async importOriginal => {
  const { counted } = await import('../support/counted.js')
  const original = await importOriginal<typeof import('#src/accounts/store/open-store.js')>()
  const openAccountStore: typeof original.openAccountStore = async (...args) =>
    counted(await original.openAccountStore(...args), (name, first) => calls.accounts.push(`${name} ${first}`))
  return { ...original, openAccountStore }
})

let server: Awaited<ReturnType<typeof startOneServer>>
beforeAll(async () => {
  server = await startOneServer()
})
afterAll(() => server.stop())

/** Leases are taken and renewed by connections and the clock; they answer nothing. */
const isLease = (name: string) => name === 'holdLease' || name === 'dropLease'

/** Waits for pages to be quiet; then does something, waits for what it is to bring, and tells what it has cost. */
async function costOf(pages: readonly LivePage[], act: () => unknown, arrive: () => Promise<unknown>) {
  for (const page of pages) await page.fence()
  for (const page of pages) page.forget()
  calls.engine.length = 0
  calls.accounts.length = 0
  await act()
  await arrive()
  const accounts = [...calls.accounts]
  // What a page asks for late counts too; a fence itself asks the engine for nothing.
  for (const page of pages) await page.fence()
  return { engine: calls.engine.filter(name => !isLease(name)), accounts }
}

/** Two pages of a chat and one of the list of chats, of one person. */
interface Pages {
  readonly chats: readonly [LivePage, LivePage]
  readonly list: LivePage
}

async function openAll(client: HttpClient, chat: string): Promise<Pages> {
  const open = (page: string) => LivePage.open(server.url, client, page)
  return { chats: [await open(chat), await open(chat)], list: await open('/chats') }
}

/** Ann and Ben, with all their pages and the ids of their item in a list of chats and of its line. */
async function openPages() {
  const { ann, ben, benName, chat, room } = await newPair(server.url)
  const benId = await idOf(ann, benName)
  const [ofAnn, ofBen] = [await openAll(ann, chat), await openAll(ben, chat)]
  const pages = [...ofAnn.chats, ofAnn.list, ...ofBen.chats, ofBen.list]
  return { ben, benId, chat, item: `c-${room}`, line: `l-${room}`, ofAnn, ofBen, pages }
}

it('is one call of the engine for a command from page to page, and none for the pages that hear of it', async () => {
  const { item, line, ofAnn, ofBen, pages } = await openPages()
  const everywhere = (target: string) =>
    Promise.all([
      ...[...ofAnn.chats, ...ofBen.chats].map(page => page.operation(target)),
      ...pages.map(page => page.frame(({ text }) => text.includes(item))),
    ])
  const [annPage, benPage] = [ofAnn.chats[0], ofBen.chats[0]]
  // Whatever ends a session closes its connections, so nobody is looked up, not even who says something.
  const send = () => benPage.say({ type: 'message:send', content: 'hello', nonce: 'n-1' })
  const sent = await costOf(pages, send, () => everywhere('list'))
  expect(sent).toEqual({ engine: ['sendMessage'], accounts: [] })
  const messageId = messageIdOf(await annPage.operation('list'))

  for (const status of ['delivered', 'seen']) {
    const report = () => annPage.say({ type: 'message:status', messageId, status })
    const isTicked = () => Promise.all(ofBen.chats.map(page => page.operation(`s-${messageId}`)))
    expect(await costOf(pages, report, isTicked)).toEqual({ engine: ['moveCursor'], accounts: [] })
  }

  const type = () => annPage.say({ type: 'typing:start' })
  const isTyping = () => Promise.all([...ofBen.chats.map(page => page.operation('typing')), ofBen.list.operation(line)])
  expect(await costOf(pages, type, isTyping)).toEqual({ engine: ['setTyping'], accounts: [] })
})

it('is one call of the engine for a message that is taken back, and none for the pages that hear of it', async () => {
  const { ben, benId, chat, ofAnn, ofBen, pages } = await openPages()
  ofBen.chats[0].say({ type: 'message:send', content: 'taken back', nonce: 'n-1' })
  const messageId = messageIdOf(await ofAnn.chats[1].operation('list'))
  const token = await ben.token(chat)
  const unsend = () =>
    ben.request('POST', `${chat}/messages/${messageId}/unsend`, { body: new URLSearchParams({ _csrf: token }) })
  const isGone = () => Promise.all([...ofAnn.chats, ...ofBen.chats].map(page => page.operation(`m-${messageId}`)))
  const { engine, accounts } = await costOf(pages, unsend, isGone)
  expect(engine).toEqual(['removeMessage'])
  expect(new Set(accounts)).toEqual(new Set([`findById ${benId}`]))
})

it('is nothing for pages on which somebody comes', async () => {
  const { ann, ben, benName, chat, room } = await newPair(server.url)
  const benId = await idOf(ann, benName)
  const open = (page: string) => LivePage.open(server.url, ann, page)
  const [page, list] = [await open(chat), await open('/chats')]
  // A visitor without a script is here by what the page loads.
  const come = () => ben.get(`${chat}/seen`)
  const item = `c-${room}`
  const isShown = () => Promise.all([page.operation('presence'), page.operation(item), list.operation(item)])
  const { engine, accounts } = await costOf([page, list], come, isShown)
  expect(engine).toEqual([])
  expect(new Set(accounts)).toEqual(new Set([`findById ${benId}`]))
})
