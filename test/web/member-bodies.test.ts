import { once } from 'node:events'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { plainPicture } from '../support/images/pictures.js'
import { getBytes, rawConnection } from '../support/raw-request.js'
import { startOneServer } from '../support/test-server.js'

const mebibyte = 1_048_576
/** Six of these fill what all uploads together may hold, nearly to the byte. */
const largestPicture = Math.floor((64 * mebibyte) / 6) - 1000

/** One server, since each node counts what it holds for itself. */
let server: Awaited<ReturnType<typeof startOneServer>>
beforeAll(async () => {
  server = await startOneServer({
    RATE_LIMIT_UPLOADS: '1000',
    RATE_LIMIT_API: '1000',
    MAX_IMAGE_SIZE: String(largestPicture),
  })
})
afterAll(() => server.stop())

const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

/** A connection on which a member has begun a post, with what it received. */
async function begin({ cookieHeader }: Pick<HttpClient, 'cookieHeader'>, path: string, headers: string, body: string) {
  const socket = await rawConnection(server.url)
  sockets.add(socket)
  let text = ''
  socket.on('data', data => {
    text += data
  })
  const written = new Promise(resolve => {
    socket.once('close', resolve)
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookieHeader}\r\n${headers}\r\n`
    socket.write(head + body, resolve)
  })
  return { socket, told: () => text, written }
}

type Begun = Awaited<ReturnType<typeof begin>>

/** Begins this many posts one after another, each a byte short of its end. */
async function beginMany(count: number, beginOne: (index: number) => Promise<Begun>): Promise<Begun[]> {
  const begun: Begun[] = []
  for (let index = 0; index < count; index += 1) {
    const one = await beginOne(index)
    await one.written
    begun.push(one)
  }
  return begun
}

const countOpen = (begun: readonly Begun[]) => begun.filter(({ socket }) => !socket.closed).length

const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
const multipart = 'Content-Type: multipart/form-data; boundary=b\r\n'
const length = (bytes: number) => `Content-Length: ${bytes}\r\n`
const megabyteForm = form + length(mebibyte)
const longJson = `Content-Type: application/json\r\n${length(90_000)}`
const megabyteShort = `a=${'x'.repeat(mebibyte - 3)}`
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'

/** Posts a message and waits for its page. */
async function sendLong(client: HttpClient, chat: string): Promise<number> {
  return (await client.post(`${chat}/messages`, { content: 'ä'.repeat(5000) }, chat)).status
}

async function upload(client: HttpClient, chat: string): Promise<number> {
  const body = new FormData()
  body.set('_csrf', await client.token(chat))
  body.set('image', new Blob([new Uint8Array(await plainPicture('png', { width: 40, height: 30 }))]), 'a.png')
  return (await client.request('POST', `${chat}/images`, { body })).status
}

describe('forms of a member that are never finished', () => {
  it('are refused by their length where pages post by themselves: 16 kB are read there, not a mebibyte', async () => {
    const { ann, chat } = await newPair(server.url)
    for (const path of [`${chat}/frames`, '/chats/frames']) {
      const { told } = await begin(ann, path, megabyteForm, 'type=')
      await expect.poll(told).toMatch(/^HTTP\/1\.1 413 /)
    }
  })

  it.each([
    ['forms', '/chats', megabyteForm, megabyteShort],
    ['JSON', '/api/chat/rooms/a/messages', longJson, 'x'.repeat(89_999)],
  ])(
    'have one total: of a hundred, as %s, the oldest give way, and both people are served',
    async (_what, path, headers, body) => {
      const { ann, ben, chat } = await newPair(server.url)
      const withToken = `Csrf-Token: ${await ann.token(chat)}\r\n${headers}`
      const begun = await beginMany(100, () => begin(ann, path, withToken, body))
      await expect.poll(() => countOpen(begun)).toBeLessThan(50)
      expect(begun.at(-1)?.socket.closed).toBe(false)
      expect([await sendLong(ann, chat), await sendLong(ben, chat)]).toEqual([303, 303])
    },
  )

  it('have one total with those of all members: who holds most gives way, not who was first', async () => {
    const { ann, chat } = await newPair(server.url)
    const content = 'x'.repeat(15_000)
    const body = new URLSearchParams({ _csrf: await ann.token(chat), content: 'slow', padding: content }).toString()
    const slow = await begin(ann, `${chat}/messages`, form + length(body.length), body.slice(0, -1))
    await slow.written
    const greedy = await Promise.all(Array.from({ length: 12 }, () => newcomer(server.url)))
    const begun: Begun[] = []
    for (const client of greedy) {
      begun.push(...(await beginMany(3, () => begin(client, '/chats', megabyteForm, megabyteShort))))
    }
    await expect.poll(() => countOpen(begun)).toBeLessThanOrEqual(32)
    slow.socket.write(body.slice(-1))
    await expect.poll(slow.told).toMatch(/^HTTP\/1\.1 303 /)
  })

  it('with a picture count by the text beside it, however many fields it is spread over', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const fields = Array.from({ length: 11 }, (_, index) => field(`f${index}`, 'x'.repeat(mebibyte - 200))).join('')
    const begun = await beginMany(6, () => begin(ann, `${chat}/images`, multipart + length(12 * mebibyte), fields))
    await expect.poll(() => countOpen(begun)).toBe(0)
    expect([await upload(ann, chat), await upload(ben, chat)]).toEqual([201, 201])
  })

  it('and one that is packed is not unpacked', async () => {
    const { ann, chat } = await newPair(server.url)
    const body = new Uint8Array(gzipSync(`_csrf=${await ann.token(chat)}&content=hello`))
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }
    expect((await ann.request('POST', `${chat}/messages`, { headers, body })).status).toBe(415)
  })
})

describe('uploads of a member', () => {
  it('that wait behind another answer and are reset count no more: the next is taken', async () => {
    const { ann, chat } = await newPair(server.url)
    for (let count = 0; count < 13; count += 1) {
      const socket = await rawConnection(server.url)
      sockets.add(socket)
      const head = `POST ${chat}/images HTTP/1.1\r\nHost: localhost\r\nCookie: ${ann.cookieHeader}\r\n`
      const begun = `${head}${multipart}${length(50_000)}\r\n${file}its first bytes`
      socket.write(getBytes(ann.cookieHeader, `${chat}/events`) + begun)
      await once(socket, 'data')
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    await expect.poll(() => upload(ann, chat)).toBe(201)
  })

  it('never take all there is room for: six of the largest that never end leave others theirs', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const words = file + 'x'.repeat(largestPicture - 1)
    const headers = multipart + length(largestPicture + 1000)
    const begun = await beginMany(6, () => begin(ann, `${chat}/images`, headers, words))
    expect(countOpen(begun)).toBe(6)
    expect(await upload(ben, chat)).toBe(201)
  })

  it('may bring long words beside several large pictures at once', async () => {
    const { ann, chat } = await newPair(server.url)
    // What stands behind the end of a PNG is nothing to its reader.
    const picture = new Uint8Array(
      Buffer.concat([await plainPicture('png', { width: 40, height: 30 }), Buffer.alloc(2 * mebibyte)]),
    )
    const token = await ann.token(chat)
    const send = async (content: string) => {
      const body = new FormData()
      body.set('_csrf', token)
      body.set('image', new Blob([picture]), 'a.png')
      body.set('content', content)
      return (await ann.request('POST', `${chat}/messages`, { body })).status
    }
    expect(await Promise.all(['ä', 'ö', 'ü'].map(letter => send(letter.repeat(5000))))).toEqual([303, 303, 303])
  })
})
