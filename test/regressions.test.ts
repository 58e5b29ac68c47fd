/**
 * Faults of the code from which this product grew, each as a test. What other tests prove at length is repeated here in
 * its shortest form, so that no fault comes back unnoticed.
 */
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '#src/config.js'
import { lingerMs } from '#src/live/hub.js'
import { ApiClient } from './support/api/api-client.js'
import { newcomer, newPair } from './support/crowd.js'
import { HttpClient } from './support/http-client.js'
import { swapsIn } from './support/live/events.js'
import { SessionStage, settled } from './support/live/session-stage.js'
import { LivePage, messageIdOf, tickIn } from './support/live-page.js'
import { startTestServer } from './support/test-server.js'

const operatorToken = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ MESSAGE_TTL_MS: '1500', OPERATOR_TOKEN: operatorToken })
})
afterAll(() => server.stop())

const open = (client: HttpClient, page: string) => LivePage.open(server.url, client, page)

describe('the seed’s failing', () => {
  it('“any account could join any room and read its history”: a stranger reads nothing, by page or by socket', async () => {
    const { ann, chat, room } = await newPair(server.url)
    const stranger = await newcomer(server.url)
    await ann.post(`${chat}/messages`, { content: 'for two alone', nonce: 'n' }, chat)
    const page = await stranger.get(chat)
    expect([page.status, (await page.text()).includes('for two alone')]).toEqual([404, false])
    const frames: string[] = []
    for (const each of [room, 'AAAAAAAAAAAAAAAAAAAAAA']) {
      const socket = new LivePage(server.url, `/ws?room=${each}`, { cookie: stranger.cookieHeader })
      expect(await socket.closed).toBe(4404)
      frames.push(socket.frames.map(({ text }) => text).join('\n'))
    }
    expect(frames[0]).toBe(frames[1])
  })

  it('“expired messages were filtered but never freed”: what the engine holds falls to nothing', async () => {
    const operator = (await ApiClient.connect(server.url)).as(operatorToken)
    const stats = async () => (await operator.get('/chat/stats')).body
    const { annPage, benPage } = await openBoth()
    annPage.say({ type: 'message:send', content: 'freed in time', nonce: 'n' })
    const id = messageIdOf(await benPage.operation('list', 'beforeend'))
    expect(await stats()).not.toMatchObject({ messages: 0 })
    await benPage.operation(`m-${id}`, 'delete')
    // Heap snapshots in heap.test.ts prove that it is freed; here, that nothing is counted any more.
    expect(await stats()).toMatchObject({ messages: 0, bytesHeld: 0 })
  })

  it('“a status could go backwards”: after seen, delivered changes nothing', async () => {
    const { annPage, benPage } = await openBoth()
    annPage.say({ type: 'message:send', content: 'forward', nonce: 'n' })
    const id = messageIdOf(await benPage.operation('list', 'beforeend'))
    benPage.say({ type: 'message:status', messageId: id, status: 'seen' })
    expect(tickIn(await annPage.operation(`s-${id}`))).toBe('seen')
    await annPage.fence()
    annPage.forget()
    benPage.say({ type: 'message:status', messageId: id, status: 'delivered' })
    await benPage.fence()
    await annPage.fence()
    expect(annPage.seen).toEqual([])
  })

  it('“and be forged”: nobody reports on a message of their own', async () => {
    const { annPage, benPage } = await openBoth()
    annPage.say({ type: 'message:send', content: 'unforged', nonce: 'n' })
    const id = messageIdOf(await annPage.operation('list', 'beforeend'))
    await benPage.operation('list', 'beforeend')
    await annPage.fence()
    annPage.forget()
    annPage.say({ type: 'message:status', messageId: id, status: 'seen' })
    await annPage.fence()
    expect(annPage.seen).toEqual([])
  })

  it('“closing one of two tabs showed the person offline”: it shows nothing', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom('ann', 'ben')
    const [page, tab, otherTab] = [stage.connect('ann', id), stage.connect('ben', id), stage.connect('ben', null)]
    await Promise.all([page.opened, tab.opened, otherTab.opened])
    await settled()
    const shownAfter = async (close: () => void) => {
      page.transport.forget()
      close()
      await stage.clock.advance(2 * lingerMs)
      await settled()
      return swapsIn(page.transport.text).map(([swap]) => swap)
    }
    expect(await shownAfter(() => tab.transport.end())).toEqual([])
    expect(await shownAfter(() => otherTab.transport.end())).toContain('presence outerMorph')
  })

  it('“every join told everyone”: a join is told to those who share a chat, and to nobody else', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const bystanders = await Promise.all(
      Array.from({ length: 5 }, async () => open(await newcomer(server.url), '/chats')),
    )
    const page = await open(ann, chat)
    await open(ben, chat)
    await page.operation('presence')
    for (const bystander of bystanders) expect(await bystander.fence()).toEqual([])
  })

  it('“a default signing secret”: each start makes its own, and well-known ones are refused', () => {
    const [first, second] = [readConfig({}), readConfig({})]
    expect(first.sessionSecret).not.toBe(second.sessionSecret)
    expect(first.jwtSecret).not.toBe(second.jwtSecret)
    expect(first.sessionSecret.length).toBeGreaterThanOrEqual(32)
    for (const name of ['SESSION_SECRET', 'JWT_SECRET']) {
      for (const known of ['secret', 'your-secret-key', 'your-super-secret-jwt-key-change-in-production']) {
        expect(() => readConfig({ [name]: known })).toThrow(name)
      }
    }
  })

  it('“image tokens in URLs”: no address in any page holds a session, a token or a secret', async () => {
    const { ann, chat } = await newPair(server.url)
    const secrets = [...ann.cookies.values(), await ann.token(chat)]
    for (const path of ['/chats', chat, `${chat}/end`, '/people?q=a']) {
      const html = await (await ann.get(path)).text()
      for (const [, address = ''] of html.matchAll(/(?:href|src|action|hx-[\w:-]+)="([^"]*)"/g)) {
        expect(address).not.toMatch(/token|sid=|csrf/i)
        for (const secret of secrets) expect(address).not.toContain(secret)
      }
    }
  })

  it('“the user file served to the world”: nothing but what was built to be served is', async () => {
    const client = new HttpClient(server.url)
    const paths = ['data/accounts.json', 'data/users.json', 'users.json', 'package.json', '.env.example', 'src/main.ts']
    expect(existsSync(new URL('../package.json', import.meta.url))).toBe(true)
    for (const path of paths) {
      for (const way of [`/${path}`, `/static/${path}`, `/static/build/..%2f..%2f..%2f${path}`, `/static//${path}`]) {
        const response = await client.get(way)
        expect([way, response.status]).toEqual([way, 404])
      }
    }
  })
})

async function openBoth() {
  const people = await newPair(server.url)
  const annPage = await open(people.ann, people.chat)
  const benPage = await open(people.ben, people.chat)
  await annPage.operation('presence')
  await annPage.fence()
  annPage.forget()
  return { ...people, annPage, benPage }
}
