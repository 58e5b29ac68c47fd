import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { pair } from './support/crowd.js'
import { HttpClient } from './support/http-client.js'
import { picturesOf } from './support/images/picture-server.js'
import { phonePhoto } from './support/images/pictures.js'
import { sendPicture } from './support/images/sent-pictures.js'
import { getBytes } from './support/raw-request.js'
import { ServerProcess } from './support/server-process.js'

const start = (descriptors: number, env: Record<string, string> = {}, program?: string) =>
  new ServerProcess({ LOG_LEVEL: 'warn', RATE_LIMIT_AUTH_ADDRESS: '1000', ...env }, program, undefined, { descriptors })

let server: ServerProcess
const flood = new Set<Socket>()
afterEach(async () => {
  for (const socket of flood) socket.destroy()
  flood.clear()
  await server.stop()
})

/** Opens this many connections, which send some bytes and read nothing. */
async function open(url: string, count: number, words: string): Promise<Socket[]> {
  const { hostname, port } = new URL(url)
  const sockets = Array.from({ length: count }, () => connect(Number(port), hostname))
  await Promise.all(
    sockets.map(async socket => {
      flood.add(socket.on('error', () => {}))
      await Promise.race([once(socket, 'connect'), once(socket, 'close')])
      socket.write(words)
    }),
  )
  return sockets
}

/** The composer's form with a picture. */
function pictureForm(token: string, picture: Buffer): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries({ _csrf: token, nonce: 'n' })) form.set(name, value)
  form.set('image', new Blob([new Uint8Array(picture)]), 'a.jpg')
  return form
}

describe.skipIf(process.platform !== 'linux')('descriptors', { timeout: 60_000 }, () => {
  it('of 128 are enough to start, and to hold as many connections as fit; the log says so once', async () => {
    server = start(128, { MAX_CONNECTIONS: '1000' })
    const url = await server.address()
    const sockets: Socket[] = []
    // One after the other: of many that are accepted before the first is read, some are closed as half open.
    for (let count = 0; count < 60; count += 1) {
      const [socket] = await open(url, 1, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
      if (!socket) throw new Error('no socket was opened')
      await new Promise(resolve => socket.once('data', resolve).once('close', resolve))
      sockets.push(socket)
    }
    await expect.poll(() => sockets.filter(({ closed }) => !closed).length).toBe(48)
    expect(server.output.match(/.*MAX_CONNECTIONS.*/g)).toEqual([
      expect.stringContaining('"asked":1000,"given":48,"openFiles":128'),
    ])
  })

  it.each([
    [127, 'dist/main.js'],
    [64, 'dist/main.js'],
    [32, 'dist/main.js'],
    [127, 'scripts/start.mjs'],
    [32, 'scripts/start.mjs'],
  ])('of %d are too few for %s: it says so and does not start', async (descriptors, program) => {
    server = start(descriptors, {}, program)
    expect((await server.ended)[0]).toBe(1)
    expect(server.output).toBe(`The limit of open files is ${descriptors} but must be at least 128 (ulimit -n).\n`)
  })

  it('suffice for no warning to somebody who tries the server, and has set no number of connections', async () => {
    server = start(256)
    await server.address()
    expect(server.output).not.toContain('MAX_CONNECTIONS')
    await server.stop()
    server = start(256, { LOG_LEVEL: 'info' })
    await server.address()
    await expect.poll(() => server.output).toMatch(/"level":"info".*"MAX_CONNECTIONS","asked":20000,"given":176/)
  })

  it.each([
    ['say nothing', () => ''],
    [
      'read nothing of the files that they ask for',
      (file: string) => `GET ${file} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(30),
    ],
  ])('of 256 suffice for a picture on a kept connection while 400 others %s', async (_what, words) => {
    server = start(256)
    const url = await server.address()
    const { alice, chat } = await pair(url)
    const html = await (await alice.get(chat)).text()
    const [, file = ''] = /src="(\/static\/build\/app-[^"]+)"/.exec(html) ?? []
    const photo = await phonePhoto({ width: 400, height: 300 })
    const body = new Response(pictureForm(await alice.token(chat), photo))
    const headers = { cookie: alice.cookieHeader, 'content-type': body.headers.get('content-type') ?? '' }

    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = async (method: string, path: string, bytes = Buffer.alloc(0)) => {
      const asked = request(url + path, { method, agent, headers: bytes.length > 0 ? headers : {} })
      asked.end(bytes)
      const [response] = await once(asked, 'response')
      await once(response.resume(), 'end')
      return [response.statusCode, asked.reusedSocket]
    }
    expect(await ask('GET', '/health')).toEqual([200, false])
    await open(url, 400, words(file))
    expect(await ask('POST', `${chat}/messages`, Buffer.from(await body.arrayBuffer()))).toEqual([303, true])
    expect(await ask('GET', '/health')).toEqual([200, true])
    agent.destroy()
    expect(server.output).not.toMatch(/EMFILE|"level":"error"/)
  })

  it('of 256 suffice for others while a member asks 320 times for a large picture and reads nothing', async () => {
    server = start(256)
    const url = await server.address()
    const { alice, bob, chat } = await pair(url)
    const photo = await phonePhoto({ width: 1280, height: 1280 })
    const send = async (client: HttpClient, nonce: string) =>
      (await sendPicture(client, chat, { bytes: photo }, { nonce })).status
    expect(await send(alice, 'first')).toBe(303)
    const [address = ''] = await picturesOf(alice, chat)
    const whole = Buffer.from(await (await bob.get(address)).arrayBuffer())
    expect(whole.length).toBeGreaterThan(200_000)

    const folder = `/proc/${server.child.pid}/fd`
    const before = (await readdir(folder)).length
    const hoarding = new HttpClient(url)
    await hoarding.logIn('alice@example.com')
    await open(url, 10, getBytes(hoarding.cookieHeader, ...Array<string>(32).fill(address)))
    for (let times = 0; times < 10; times += 1) {
      expect((await readdir(folder)).length).toBeLessThan(before + 60)
      const [picture, missing] = await Promise.all([bob.get(address), bob.get('/nowhere')])
      expect([picture.status, missing.status]).toEqual([200, 404])
      expect(Buffer.from(await picture.arrayBuffer()).equals(whole)).toBe(true)
      await new HttpClient(url).logIn('bob@example.com')
    }
    // Not the one who reads nothing: a page for them may be more than the server holds for one person.
    expect(await send(bob, 'second')).toBe(303)
    expect(server.output).not.toMatch(/EMFILE|"level":"error"/)
  })
})
