// Long because all that two nodes do together stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { idOf, newPair } from '../support/crowd.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { exchange } from '../support/live/exchange.js'
import { PageSocket } from '../support/live/page-socket.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { startNodes } from '../support/nodes.js'
import { startRedisCluster, startRedisServer } from '../support/redis-server.js'

describe.each([
  ['one Redis', startRedisServer],
  ['a cluster of three', startRedisCluster],
])('over %s', (_, startRedis) => {
  let nodes: Awaited<ReturnType<typeof startNodes>>
  beforeAll(async () => {
    nodes = await startNodes({ MAX_CONNECTIONS_PER_USER: '3' }, { startRedis })
  })
  afterAll(() => nodes.stop())

  /** The same browser at the other node, as behind a proxy that sends each request to another. */
  const elsewhere = (client: HttpClient) => new HttpClient(nodes.there.url, client.cookies)

  /** Two new people with a chat, each with a page of it: the first here, the second on the other node. */
  async function openPair() {
    const pair = await newPair(nodes.here.url)
    const annPage = await LivePage.open(nodes.here.url, pair.ann, pair.chat)
    const benPage = await LivePage.open(nodes.there.url, elsewhere(pair.ben), pair.chat)
    return { ...pair, annPage, benPage }
  }

  const stateOf = (page: LivePage) => {
    const states = page.frames.map(({ text }) => /<data id="state" value="([^"]+)"/.exec(text)?.[1] ?? '')
    return states.findLast(state => state !== '') ?? ''
  }

  describe('two people on different nodes', () => {
    it('chat, one in a browser and one with a program', async () => {
      const { here, there } = nodes
      const browser = new HttpClient(here.url)
      await browser.logIn('alice@example.com')
      const path = await browser.openChat(bobId)
      const roomId = path.split('/').at(-1) ?? ''
      const page = await PageSocket.open(here.url, browser, roomId)
      const api = await ApiClient.connect(there.url, 'bob@example.com')
      const program = await ProgramSocket.open(there.url, { token: api.token, room: roomId })

      // Presence, and who has the room open.
      expect(await program.hears('room:joined')).toMatchObject({
        activeUsers: expect.arrayContaining([aliceId, bobId]),
      })
      await exchange(page, program, roomId)

      page.close()
      expect(await program.hears('user:left', { userId: aliceId })).toMatchObject({ activeUsers: [bobId] })
      program.close()
    })

    it('chat in browsers, by one page for both nodes', async () => {
      const { annPage, benPage } = await openPair()
      annPage.say({ type: 'message:send', content: 'from here', nonce: 'h1' })
      await benPage.frame(({ text }) => text.includes('from here'))
      benPage.say({ type: 'message:send', content: 'from there', nonce: 't1' })
      await annPage.frame(({ text }) => text.includes('from there'))
    })
  })

  describe('a page that reconnects to another node', () => {
    it('is sent nothing if it shows what there is, and is not told of a restart', async () => {
      const { annPage, ann, room } = await openPair()
      annPage.say({ type: 'message:send', content: 'settled', nonce: 's1' })
      await annPage.frame(({ text }) => text.includes('settled'))
      await annPage.fence()
      const state = stateOf(annPage)
      annPage.socket.terminate()
      const headers = { cookie: ann.cookieHeader }
      const again = new LivePage(nodes.there.url, `/ws?room=${room}&state=${state}&again=1`, headers)
      expect(await again.fence()).toEqual([])
    })

    it('of a chat that was ended meanwhile learns why, and that it was no restart', async () => {
      const { annPage, ann, ben, annName, chat, room } = await openPair()
      annPage.say({ type: 'typing:stop' })
      await annPage.fence()
      const html = await (await ann.get(chat)).text()
      const [, state = ''] = /<data id="state" value="([^"]+)"/.exec(html) ?? []
      await elsewhere(ben).post(`${chat}/end`, {}, chat)
      const headers = { cookie: ann.cookieHeader }
      const again = new LivePage(nodes.there.url, `/ws?room=${room}&state=${state}&again=1`, headers)
      const { text } = await again.frame(frame => frame.text.includes('id="gone"'))
      expect(text).not.toMatch(/restarted/)
      expect(annName).not.toBe('')
    })
  })

  describe('what is done on one node', () => {
    it('to log out ends the session and its sockets on the other', async () => {
      const { benPage, ben, annPage } = await openPair()
      await ben.post('/logout', {}, '/chats')
      expect(await benPage.closed).toBe(4401)
      expect((await elsewhere(ben).get('/chats')).status).toBe(303)
      await annPage.fence()
    })

    it('to end all sessions and tokens of a person ends their programs on the other', async () => {
      const { annName } = await openPair()
      const api = await ApiClient.connect(nodes.here.url, `${annName}@example.com`, 'long enough 1')
      const program = await ProgramSocket.open(nodes.there.url, { token: api.token })
      await api.post('/auth/logout')
      expect(await program.closed).toBe(4401)
    })

    it('to pause updates pauses the pages of the same session on the other', async () => {
      const { ann, chat, benPage } = await openPair()
      const annThere = await LivePage.open(nodes.there.url, elsewhere(ann), chat)
      await ann.post(`${chat}/updates`, { paused: 'yes' }, chat)
      await annThere.frame(({ text }) => /Resume/.test(text))
      benPage.socket.close()
    })

    it('to block somebody closes the chat on the other, and holds what the blocked person sends there', async () => {
      const { ann, ben, annPage, benPage, chat, annName } = await openPair()
      const page = `/people/${await idOf(ben, annName)}/block`
      await ben.post(page, {}, page)
      expect(await benPage.closed).toBe(1012)
      annPage.say({ type: 'message:send', content: 'held back', nonce: 'b1' })
      await annPage.frame(({ text }) => text.includes('held back'))
      expect((await ben.get(chat)).status).toBe(404)
      expect((await ann.get(chat)).status).toBe(200)
    })

    it('to open connections counts on the other', async () => {
      const { ann, annPage, chat } = await openPair()
      const second = await LivePage.open(nodes.there.url, elsewhere(ann), chat)
      const third = await LivePage.open(nodes.here.url, ann, chat)
      const fourth = new LivePage(nodes.there.url, '/ws', { cookie: ann.cookieHeader })
      expect(await fourth.closed).toBe(4429)
      third.socket.close()
      await third.closed
      await expect
        .poll(async () => {
          const page = new LivePage(nodes.there.url, '/ws', { cookie: ann.cookieHeader })
          return Promise.race([page.closed, page.fence().then(() => 'open')])
        })
        .toBe('open')
      await Promise.all([annPage.fence(), second.fence()])
    })
  })
})
