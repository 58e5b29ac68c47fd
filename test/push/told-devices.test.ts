import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startNodes } from '../support/nodes.js'
import { subscriptionFields } from '../support/push/devices.js'
import { RecordedPushes } from '../support/push/recorded-pushes.js'
import { startOneServer } from '../support/test-server.js'

const page = '/settings/account'
const lifetimeMs = 3_600_000

function recorded() {
  const pushes = new RecordedPushes()
  return { pushes, services: { pushes, checkEndpoint: (endpoint: string) => endpoint, publicKey: 'A' } }
}

/** Switches a browser on. Returns its endpoint. */
async function switchOn(client: HttpClient): Promise<string> {
  const fields = subscriptionFields()
  await client.post('/settings/devices', fields, page)
  return fields.endpoint
}

const send = (client: HttpClient, chat: string, content: string, nonce: string) =>
  client.post(`${chat}/messages`, { content, nonce }, chat)

describe('somebody who has closed every page', () => {
  it('is told on their device within five seconds, until the message goes', async () => {
    const { pushes, services } = recorded()
    const server = await startOneServer({ MESSAGE_TTL_MS: `${lifetimeMs}` }, { services })
    onTestFinished(() => server.stop())
    const { ann, ben, chat } = await newPair(server.url)
    const endpoint = await switchOn(ben)
    await switchOn(ann)
    const sentAt = Date.now()
    await send(ann, chat, 'a word of mine', 'n1')
    await expect.poll(() => pushes.endpoints).toEqual([endpoint])
    expect(Date.now() - sentAt).toBeLessThan(5_000)
    expect((pushes.added[0]?.expiresAt ?? 0) - sentAt).toBeLessThanOrEqual(lifetimeMs + 1_000)
    expect(JSON.stringify(pushes.added)).not.toContain('a word of mine')
  })

  it('is told nothing while a page is open that reports what comes, and again once it is closed', async () => {
    const { pushes, services } = recorded()
    const server = await startOneServer({}, { services })
    onTestFinished(() => server.stop())
    const [first, second] = [await newPair(server.url), await newPair(server.url)]
    const endpoints = [await switchOn(first.ben), await switchOn(second.ben)]
    const open = await LivePage.open(server.url, first.ben, first.chat)
    await send(first.ann, first.chat, 'hello', 'n1')
    const { text } = await open.frame(frame => frame.text.includes('data-message-id'))
    const [, messageId] = /data-message-id="([^"]+)"/.exec(text) ?? []
    open.say({ type: 'message:status', status: 'delivered', messageId })
    // The second is told after the first would have been.
    await send(second.ann, second.chat, 'hello', 'n1')
    await expect.poll(() => pushes.endpoints).toEqual(endpoints.slice(1))
    await open.close()
    await send(first.ann, first.chat, 'again', 'n2')
    await expect.poll(() => pushes.endpoints).toEqual(endpoints.toReversed())
  })

  it('is told on every node, of what another has taken, and no more once they have logged out on either', async () => {
    const { pushes, services } = recorded()
    const nodes = await startNodes({}, { services })
    onTestFinished(() => nodes.stop())
    const elsewhere = (client: HttpClient) => new HttpClient(nodes.there.url, client.cookies)
    const [first, second] = [await newPair(nodes.here.url), await newPair(nodes.here.url)]
    const endpoints = [await switchOn(first.ben), await switchOn(elsewhere(second.ben))]
    await send(elsewhere(first.ann), first.chat, 'hello', 'n1')
    await expect.poll(() => pushes.endpoints).toEqual(endpoints.slice(0, 1))
    await elsewhere(second.ben).post('/logout', {}, page)
    await send(second.ann, second.chat, 'hello', 'n1')
    // Behind it, so that it would have been told by then.
    const third = await newPair(nodes.here.url)
    const last = await switchOn(third.ben)
    await send(third.ann, third.chat, 'hello', 'n1')
    await expect.poll(() => pushes.endpoints).toEqual([endpoints[0], last])
  })
})

describe('somebody who has left a tab open on a desk', () => {
  it('is told on their phone after half a minute, and not on the desk, whichever node has the tab', async () => {
    const { pushes, services } = recorded()
    const nodes = await startNodes({}, { services })
    onTestFinished(() => nodes.stop())
    const { ann, ben, benName, chat } = await newPair(nodes.here.url)
    const phone = new HttpClient(nodes.here.url)
    await phone.logIn(`${benName}@example.com`, 'long enough 1')
    const endpoint = await switchOn(phone)
    await switchOn(ben)
    const tab = await LivePage.open(nodes.there.url, new HttpClient(nodes.there.url, ben.cookies), chat)
    await send(ann, chat, 'hello', 'n1')
    const { text } = await tab.frame(frame => frame.text.includes('data-message-id'))
    const [, messageId] = /data-message-id="([^"]+)"/.exec(text) ?? []
    tab.say({ type: 'message:status', status: 'delivered', messageId })
    await expect.poll(() => pushes.endpoints, { timeout: 60_000 }).toEqual([endpoint])
    await tab.close()
  })
})

describe('a restart', () => {
  it('ends no device, and the file holds no word of a message', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-devices-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'accounts.json')
    const { pushes, services } = recorded()
    const before = await startOneServer({ ACCOUNTS_URL: `file:${path}` }, { services })
    const { ann, ben, chat, annName, benName } = await newPair(before.url)
    const endpoint = await switchOn(ben)
    await send(ann, chat, 'a canary', 'n1')
    expect(await readFile(path, 'utf8')).not.toContain('a canary')
    await before.stop()

    const after = await startOneServer({ ACCOUNTS_URL: `file:${path}` }, { services })
    onTestFinished(() => after.stop())
    const [annAgain, benElsewhere] = [new HttpClient(after.url), new HttpClient(after.url)]
    await annAgain.logIn(`${annName}@example.com`, 'long enough 1')
    await benElsewhere.logIn(`${benName}@example.com`, 'long enough 1')
    const html = await (await annAgain.get(`/people?q=${benName}`)).text()
    const opened = await annAgain.openChat(/name="userId" value="([^"]+)"/.exec(html)?.[1] ?? '')
    await benElsewhere.get(opened)
    await send(annAgain, opened, 'hello', 'n1')
    await expect.poll(() => pushes.endpoints).toEqual([endpoint])
  })
})
