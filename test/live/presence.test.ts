import { afterAll, beforeAll, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('shows who is here to those who share a chat, and to nobody else', async () => {
  const { ann, ben, benName, chat, room } = await newPair(server.url)
  const page = await LivePage.open(server.url, ann, chat)
  const stranger = await newcomer(server.url)
  const outside = await LivePage.open(server.url, stranger, '/chats')
  expect(await (await ann.get(chat)).text()).toMatch(/id="presence"[^>]*><span>Offline/)
  await LivePage.open(server.url, ben, '/chats')
  const shown = await page.operation('presence')
  expect(shown.html).toContain('Online')
  expect((await page.operation(`c-${room}`)).html).toContain('Online')
  expect(await outside.fence()).toEqual([])
  const found = await (await stranger.get(`/people?q=${benName}`)).text()
  expect(found).toContain(benName)
  expect(found).not.toMatch(/Online|class="dot"/)
})

it('changes nothing when one of two tabs closes, and says since when somebody is away once the last has', async () => {
  const { ann, ben, benName, chat, room } = await newPair(server.url)
  const leaverName = `${benName}-leaves`
  const leaver = await newcomer(server.url, leaverName)
  const otherChat = await ann.openChat(await idOf(ann, leaverName))
  await leaver.get(otherChat)
  const other = otherChat.slice('/chats/'.length)
  const tabs = [await LivePage.open(server.url, ben, chat), await LivePage.open(server.url, ben, '/chats')]
  const only = await LivePage.open(server.url, leaver, '/chats')
  const page = await LivePage.open(server.url, ann, chat)
  await tabs[0]?.close()
  await only.close()
  // The other person's going, given up after the same ten seconds, proves that Ben's would have been told by now.
  const gone = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nobody left')), 15_000)
    page.socket.on('message', data => {
      if (!data.toString().includes(`c-${other}`)) return
      clearTimeout(timer)
      resolve(data.toString())
    })
  })
  expect(gone).not.toContain(`c-${room}`)
  await page.fence()
  expect(page.seen).toHaveLength(1)
  const [, line = ''] = new RegExp(`<li id="c-${other}"([\\s\\S]*?)</li>`).exec(gone) ?? []
  expect(line).not.toContain('Online')
  expect(await (await ann.get(`/chats/${other}`)).text()).toMatch(/id="presence"[^>]*><span>Last seen \d\d:\d\d/)
  expect(await (await ann.get(chat)).text()).toMatch(/id="presence"[^>]*>.*<span>Online/)
})

it('shows nobody as gone who reloads', async () => {
  const { ann, ben, chat } = await newPair(server.url)
  const before = await LivePage.open(server.url, ben, chat)
  const page = await LivePage.open(server.url, ann, chat)
  await before.close()
  await LivePage.open(server.url, ben, chat)
  expect(await page.fence()).toEqual([])
})
