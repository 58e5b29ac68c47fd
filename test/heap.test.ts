import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from './support/crowd.js'
import { findInHeap } from './support/heap-search.js'
import type { HttpClient } from './support/http-client.js'
import { LivePage, messageIdOf } from './support/live-page.js'
import { ServerProcess } from './support/server-process.js'

const lifetimeMs = 4000
/** When a message must be gone: it is unreachable this long after its time. */
const goneWithinMs = 250

let server: ServerProcess
let base: string
beforeAll(async () => {
  const env = { MESSAGE_TTL_MS: String(lifetimeMs), LOG_LEVEL: 'info', HEAP_CONTROL: control }
  server = new ServerProcess(env, 'test/support/heap-server.mjs')
  base = await server.address()
})
afterAll(() => server.stop())

const makeMarker = () => `marker${randomBytes(12).toString('hex')}`
/** Held by the server on purpose, so that every scan must find it in a buffer. */
const control = makeMarker()
const find = (...words: string[]) => findInHeap(server, words)

/** Opens a page's event stream, and resolves once a word has come. */
async function openStream(client: HttpClient, path: string, word: string) {
  const reader = (await client.get(path)).body?.getReader()
  if (!reader) throw new Error('The stream has no body')
  for (let text = ''; !text.includes(word); ) {
    const { value, done } = await reader.read()
    if (done) throw new Error('The stream ended early')
    text += Buffer.from(value).toString()
  }
  return reader
}

/** Reads from a push, which has just come, when a message expires. */
function dueAtOf(html: string, cameAt: number): number {
  return cameAt + Number(/<article[^>]* data-remaining="(\d+)"/.exec(html)?.[1])
}

/**
 * Two people with their chat open over sockets, and a reader who loads its page, compressed, over a kept-alive
 * connection.
 */
async function open() {
  const people = await newPair(base)
  const annPage = await LivePage.open(base, people.ann, people.chat)
  const benPage = await LivePage.open(base, people.ben, people.chat)
  const read = async () => (await people.ben.get(people.chat)).text()
  return { ...people, annPage, benPage, read }
}

const nothing: string[] = []

// A snapshot takes seconds on a busy machine.
describe('nothing of a message is left in the memory of the server', { timeout: 60_000 }, () => {
  it('250 ms after its time, sent by socket to open sockets', async () => {
    const { annPage, benPage, read } = await open()
    const [marker, nonce] = [makeMarker(), makeMarker()]
    annPage.say({ type: 'message:send', content: `${marker} by socket`, nonce })
    const shown = await benPage.operation('list', 'beforeend')
    benPage.say({ type: 'message:status', messageId: messageIdOf(shown), status: 'seen' })
    expect(await read()).toContain(marker)
    expect(await find(marker, nonce)).toEqual([expect.arrayContaining(['buffer']), expect.arrayContaining(['buffer'])])
    await benPage.operation(`m-${messageIdOf(shown)}`, 'delete')
    await delay(dueAtOf(shown.html, shown.at) + goneWithinMs - Date.now())
    expect(await find(marker, nonce, control)).toEqual([nothing, nothing, ['buffer']])
  })

  it('250 ms after its time, sent by a form over a line that is kept alive', async () => {
    const { ann, benPage, benName, chat, read } = await open()
    const [marker, nonce] = [makeMarker(), makeMarker()]
    const sent = await ann.post(`${chat}/messages`, { content: `${marker} by form`, nonce }, chat)
    expect(sent.status).toBe(303)
    const shown = await benPage.operation('list', 'beforeend')
    expect(await (await ann.get(chat)).text()).toContain(marker)
    expect(await read()).toContain(marker)
    expect((await find(marker, nonce)).flat()).toContain('heap')
    // The snapshot may have held the server up until after that time.
    await benPage.operation(`m-${messageIdOf(shown)}`, 'delete')
    await delay(dueAtOf(shown.html, shown.at) + goneWithinMs - Date.now())
    // A page that was rendered with it is not found by the marker, which stands too far behind: by its title.
    expect(await find(marker, nonce, `<title>Chat with ${benName}`)).toEqual([nothing, nothing, nothing])
  })

  it('once the chat has ended', async () => {
    const { ann, ben, annPage, benPage, chat, read } = await open()
    const [bySocket, byForm] = [makeMarker(), makeMarker()]
    annPage.say({ type: 'message:send', content: `${bySocket} by socket`, nonce: makeMarker() })
    await ann.post(`${chat}/messages`, { content: `${byForm} by form`, nonce: makeMarker() }, chat)
    await benPage.frame(({ text }) => text.includes(byForm))
    await read()
    const stream = await openStream(ben, `${chat}/events`, byForm)
    expect((await find(bySocket, byForm)).map(each => each.includes('heap'))).toEqual([true, true])
    await ann.post(`${chat}/end`, {}, `${chat}/end`)
    await benPage.operation('gone')
    expect(await find(bySocket, byForm)).toEqual([nothing, nothing])
    await stream.cancel()
  })

  it('once it is taken back after its reader closed the page, though it was about to be spoken', async () => {
    const { ann, annPage, benPage, chat, room } = await open()
    const marker = makeMarker()
    for (const type of ['typing:start', 'typing:stop']) annPage.say({ type })
    await benPage.operation('typing')
    annPage.say({ type: 'message:send', content: `${marker} and gone`, nonce: 'taken-back' })
    const id = messageIdOf(await benPage.operation('list', 'beforeend'))
    await benPage.close()
    const token = await ann.token(chat)
    await ann.request('POST', `/chats/${room}/messages/${id}/unsend`, { body: new URLSearchParams({ _csrf: token }) })
    await annPage.operation(`m-${id}`, 'delete')
    expect(await find(marker)).toEqual([nothing])
  })

  it('once it was refused', async () => {
    const { ann, annPage, chat } = await open()
    const [bySocket, byForm, drafted] = [makeMarker(), makeMarker(), makeMarker()]
    annPage.say({ type: 'message:send', content: `${bySocket} ${'x'.repeat(5000)}`, nonce: 'refused' })
    await annPage.operation('p-refused')
    const refused = await ann.post(`${chat}/messages`, { content: `${byForm} ${'x'.repeat(5000)}` }, chat)
    expect(await refused.text()).toContain(byForm)
    const stale = await ann.post(`${chat}/messages`, { _csrf: 'stale', content: drafted }, chat)
    expect(await stale.text()).toContain(drafted)
    expect(await find(bySocket, byForm, drafted)).toEqual([nothing, nothing, nothing])
  })
})
