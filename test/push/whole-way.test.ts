import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { PushService, type Subscribed, type TakenPush, verifyToken } from '../support/push/push-service.js'
import { ServerProcess } from '../support/server-process.js'

const canary = 'canary-in-a-message'
const lifeSeconds = 600
const notices = '/settings/notifications'

let service: PushService
let server: ServerProcess
let url = ''
let folder = ''

beforeAll(async () => {
  service = await PushService.start()
  folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-push-'))
  const { port, ca } = service.reach
  const env = {
    PUSH_CONTACT: 'mailto:operator@example.com',
    PUSH_HOSTS: service.host,
    PUSH_SERVICE: JSON.stringify({ port, ca }),
    ACCOUNTS_URL: `file:${join(folder, 'accounts.json')}`,
    MESSAGE_TTL_MS: `${lifeSeconds * 1000}`,
    LOG_LEVEL: 'trace',
  }
  server = new ServerProcess(env, 'test/support/push/pushing-server.mjs')
  url = await server.address()
})
afterAll(async () => {
  await server.stop()
  await service.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Has a browser told of messages, as the script of the settings does. */
async function switchOn(client: HttpClient): Promise<Subscribed> {
  const subscribed = service.subscribe()
  const { endpoint, p256dh, auth } = subscribed
  const { status } = await client.post('/settings/devices', { endpoint, p256dh, auth }, notices)
  if (status !== 204) throw new Error(`Switching a device on ended with ${status}`)
  return subscribed
}

const pathOf = ({ endpoint }: Subscribed) => new URL(endpoint).pathname

/** What the push service has taken for a browser. */
const takenFor = (subscribed: Subscribed) => service.pushes.filter(({ path }) => path === pathOf(subscribed))

async function firstFor(subscribed: Subscribed): Promise<TakenPush> {
  await expect.poll(() => takenFor(subscribed)).not.toEqual([])
  const [push] = takenFor(subscribed)
  if (push === undefined) throw new Error('It has just been found')
  return push
}

const send = (client: HttpClient, chat: string) =>
  client.post(`${chat}/messages`, { content: canary, nonce: 'n1' }, chat)

/** Sends to somebody who has closed every page, and waits until they are told. */
async function tellSomebody(): Promise<TakenPush> {
  const { ann, ben, chat } = await newPair(url)
  const subscribed = await switchOn(ben)
  await send(ann, chat)
  return firstFor(subscribed)
}

async function filesIn(path: string): Promise<string> {
  const names = await readdir(path)
  return (await Promise.all(names.map(name => readFile(join(path, name), 'utf8')))).join('\n')
}

describe('somebody who has closed every page', () => {
  it('is told by their push service within five seconds of a send, in a word that only their browser reads', async () => {
    const { ann, ben, chat } = await newPair(url)
    const subscribed = await switchOn(ben)
    const body = new URLSearchParams({ _csrf: await ann.token(chat), content: canary, nonce: 'n1' })
    const sentAt = Date.now()
    await ann.request('POST', `${chat}/messages`, { body })
    const push = await firstFor(subscribed)
    expect(Date.now() - sentAt).toBeLessThan(5_000)
    expect(subscribed.browser.decrypt(push.body)).toBe('message')
    expect(push.headers).toMatchObject({ topic: 'chat', urgency: 'normal' })
    expect(Number(push.headers.ttl)).toBeGreaterThan(lifeSeconds - 10)
    expect(Number(push.headers.ttl)).toBeLessThanOrEqual(lifeSeconds)
  })

  it('is told by the key that their browser was given to subscribe with', async () => {
    const { ann, ben, chat } = await newPair(url)
    const [, key] = /data-key="([^"]+)"/.exec(await (await ben.get(notices)).text()) ?? []
    const subscribed = await switchOn(ben)
    await send(ann, chat)
    const { said, publicKey } = await verifyToken(await firstFor(subscribed), `https://${service.host}`)
    expect([publicKey, said.sub]).toEqual([key, 'mailto:operator@example.com'])
  })
})

describe('somebody who has a page open that shows them the message', () => {
  it('is not told', async () => {
    const { ann, ben, chat } = await newPair(url)
    const subscribed = await switchOn(ben)
    const page = await LivePage.open(url, ben, chat)
    await send(ann, chat)
    const { text } = await page.frame(frame => frame.text.includes('data-message-id'))
    const [, messageId] = /data-message-id="([^"]+)"/.exec(text) ?? []
    page.say({ type: 'message:status', status: 'seen', messageId })
    // Sent later, so told later.
    await tellSomebody()
    expect(takenFor(subscribed)).toEqual([])
    await page.close()
  })
})

describe('what a message says', () => {
  it('is in no push, in no log and in no file', async () => {
    const push = await tellSomebody()
    const { host } = service
    expect(JSON.stringify(push.headers) + push.path + push.body.toString('latin1')).not.toContain(canary)
    expect(server.output).not.toContain(canary)
    expect(await filesIn(folder)).not.toContain(canary)
    // The log says what was asked for, the file where devices are: the search has searched.
    expect(server.output).toContain('/settings/devices')
    expect(await filesIn(folder)).toContain(host)
    expect(server.output).not.toContain(host)
  })
})
