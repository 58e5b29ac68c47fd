import { expect, it, onTestFinished } from 'vitest'
import { idOf, newcomer, newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { nodeSettings } from '../support/nodes.js'
import { startRedisServer } from '../support/redis-server.js'
import { ServerProcess } from '../support/server-process.js'

/** Three nodes, each a process of its own, on a Redis of their own. */
async function startThree() {
  const redis = await startRedisServer()
  onTestFinished(() => redis.stop())
  const start = async () => {
    const node = new ServerProcess(nodeSettings(redis))
    onTestFinished(() => node.stop())
    return { url: await node.address(), kill: () => node.child.kill('SIGKILL') }
  }
  return Promise.all([start(), start(), start()] as const)
}

const shows = (page: LivePage, test: RegExp) => page.frame(({ text }) => test.test(text))

/** How a page of a chat shows that the other person is away. */
const away = /id="presence"(?:(?!id="presence")[\s\S])*?Last seen/

// Slow: a lease is really left to lapse.
it('three people on three nodes chat, and who was on a node that is killed is away within a minute', {
  timeout: 90_000,
}, async () => {
  const [first, second, third] = await startThree()
  const { ann, ben, annName, chat } = await newPair(first.url)
  const cat = await newcomer(first.url)
  const catsChat = await cat.openChat(await idOf(cat, annName))
  await ann.get(catsChat)
  const annWithBen = await LivePage.open(first.url, ann, chat)
  const benPage = await LivePage.open(second.url, new HttpClient(second.url, ben.cookies), chat)
  const catPage = await LivePage.open(third.url, new HttpClient(third.url, cat.cookies), catsChat)
  const annWithCat = await LivePage.open(third.url, new HttpClient(third.url, ann.cookies), catsChat)

  benPage.say({ type: 'message:send', content: 'from the second', nonce: 'n1' })
  catPage.say({ type: 'message:send', content: 'from the third', nonce: 'n2' })
  await Promise.all([shows(annWithBen, /from the second/), shows(annWithCat, /from the third/)])
  annWithBen.say({ type: 'message:send', content: 'from the first', nonce: 'n3' })
  await shows(benPage, /from the first/)

  annWithBen.forget()
  catPage.forget()
  const killedAt = Date.now()
  second.kill()
  await expect.poll(() => annWithBen.frames.some(({ text }) => away.test(text)), { timeout: 60_000 }).toBe(true)
  expect(Date.now() - killedAt).toBeLessThan(60_000)
  expect(catPage.frames.some(({ text }) => away.test(text))).toBe(false)
})
