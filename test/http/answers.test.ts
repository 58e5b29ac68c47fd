// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { get, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import type { AnswerTurns } from '#src/answer-turns.js'
import { Answers } from '#src/http/answers.js'
import { partLength } from '#src/text-parts.js'
import { UnreadBytes } from '#src/unread-bytes.js'
import { FakeClock } from '../support/fake-clock.js'
import { noTurns } from '../support/no-turns.js'
import { getBytes, rawConnection } from '../support/raw-request.js'
import { serveApp } from '../support/served-app.js'

const mostBytes = 100_000
const mostOfAll = 250_000
const mostStrangersBytes = 8 * 1_048_576
const account = newAccount({ id: 'ann', username: 'ann', email: 'ann', passwordHash: '', createdAt: 1 })

describe('an answer', () => {
  let clock: FakeClock
  let unread: UnreadBytes
  beforeEach(() => {
    clock = new FakeClock()
    unread = new UnreadBytes({ each: mostBytes, all: mostOfAll })
  })

  /** Serves what `answer` says, to a person or to a stranger. */
  function serve(
    answer: RequestHandler,
    isStranger = false,
    turns: Pick<AnswerTurns, 'run'> = noTurns,
  ): Promise<string> {
    const answers = new Answers(clock, unread, turns)
    const setAccount: RequestHandler = (request, _response, next) => {
      request.account = isStranger ? null : account
      next()
    }
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(503).json(error)
    return serveApp(express().use(answers.watch, answers.hold, setAccount, answer, refuse))
  }

  /** How many bytes are held for the person. */
  function heldBytes(): number {
    if (unread.hasRoomFor('ann', mostBytes + 1)) return 0
    let [least, most] = [0, mostBytes + 1]
    while (most - least > 1) {
      const middle = Math.floor((least + most) / 2)
      if (unread.hasRoomFor('ann', middle)) least = middle
      else most = middle
    }
    return mostBytes - least
  }

  /** What is held while an answer is sent, and once it is out. */
  async function heldBy(answer: (response: Response) => unknown, init: RequestInit = {}): Promise<[number, number]> {
    let during = 0
    const url = await serve((_request, response) => {
      answer(response)
      during = heldBytes()
    })
    await (await fetch(url, init)).text()
    await until(() => heldBytes() === 0)
    return [during, heldBytes()]
  }

  it('counts as many bytes as its text has until it is out', async () => {
    expect(await heldBy(response => response.send('ä'.repeat(100)))).toEqual([200, 0])
    expect(await heldBy(response => response.send('ä'.repeat(partLength + 1)))).toEqual([2 * (partLength + 1), 0])
    expect(await heldBy(response => response.json({ a: 'ä' }))).toEqual([10, 0])
  })

  it('counts nothing where it has no text: to HEAD, to what is fresh, of bytes', async () => {
    expect(await heldBy(response => response.send('text'), { method: 'HEAD' })).toEqual([0, 0])
    expect(await heldBy(response => response.send(Buffer.from('bytes')))).toEqual([0, 0])
  })

  it('counts nothing where the other end has it already', async () => {
    let during = -1
    const url = await serve((_request, response) => {
      response.set('ETag', '"x"').send('text')
      during = heldBytes()
    })
    const [answer] = await once(get(url, { headers: { 'if-none-match': '"x"' }, agent: false }), 'response')
    expect([answer.statusCode, during]).toEqual([304, 0])
    answer.resume()
  })

  it('that is long is whole, in HTML unless it says otherwise', async () => {
    const text = `${'x'.repeat(partLength - 1)}😀`
    const url = await serve((request, response) => {
      if (request.path === '/plain') response.type('text/plain')
      response.send(text)
    })
    const headers = { 'Accept-Encoding': 'identity' }
    const [html, plain] = await Promise.all([url, `${url}/plain`].map(each => fetch(each, { headers })))
    if (!html || !plain) throw new Error('There are two answers')
    expect([await html.text(), await plain.text()].map(got => got === text)).toEqual([true, true])
    expect([html, plain].map(({ headers }) => headers.get('content-type'))).toEqual([
      'text/html; charset=utf-8',
      'text/plain; charset=utf-8',
    ])
    expect(html.headers.get('content-length')).toBe(String(partLength + 3))
  })

  it.each([
    ['a person', false, mostBytes, 'rate_limited'],
    ['strangers', true, mostStrangersBytes, 'server_busy'],
  ])('to %s is refused where it does not fit beside what waits', async (_who, isStranger, most, code) => {
    let holding: Response | undefined
    const url = await serve((request, response) => {
      if (request.path === '/holding') {
        response.holdUnread(most - partLength - 1)
        holding = response
        return
      }
      response.expectUnread(Number(request.query.bytes))
      response.send('fits')
    }, isStranger)
    const ask = async (bytes: number) => (await fetch(`${url}?bytes=${bytes}`)).text()
    const held = fetch(`${url}/holding`)
    await until(() => holding !== undefined)
    const refused = { code, retryAfterMs: 10_000 }
    expect(await ask(partLength + 1)).toBe('fits')
    expect(JSON.parse(await ask(partLength + 2))).toMatchObject(refused)
    holding?.holdUnread(most - 1)
    // A short one is never refused.
    expect(await ask(partLength)).toBe('fits')
    expect(JSON.parse(await ask(partLength + 1))).toMatchObject(refused)
    holding?.end()
    await held
  })

  it('counts from the moment at which it is expected, then as what it is, until it is out', async () => {
    const counted: number[] = []
    const url = await serve((_request, response) => {
      response.expectUnread(50_000)
      counted.push(heldBytes())
      response.send('x'.repeat(20_000))
      counted.push(heldBytes())
    })
    await (await fetch(url)).text()
    await until(() => heldBytes() === 0)
    expect(counted).toEqual([50_000, 20_000])
  })

  it('of a little more than expected is refused only where that does not fit', async () => {
    const url = await serve((request, response) => {
      response.expectUnread(50_000)
      response.send('x'.repeat(Number(request.query.bytes)))
    })
    unread.openAnswer('ann', () => {}).set(50_000)
    expect((await fetch(`${url}?bytes=50000`)).status).toBe(200)
    await until(() => heldBytes() === 50_000)
    expect((await fetch(`${url}?bytes=50001`)).status).toBe(503)
  })

  it('of one person is refused where all have asked for too much and nobody holds more, else who holds most is cut', async () => {
    const url = await serve((_request, response) => {
      response.expectUnread(90_000)
      response.send('fits')
    })
    const cut: string[] = []
    const hold = (person: string, bytes: number) => unread.openAnswer(person, () => cut.push(person)).set(bytes)
    for (const person of ['ben', 'cat']) hold(person, 80_001)
    const refused = await fetch(url)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'server_busy', retryAfterMs: 10_000 }])
    expect(cut).toEqual([])
    hold('cat', 10_000)
    expect([await (await fetch(url)).text(), cut]).toEqual(['fits', ['cat']])
  })

  it('that waited for its turn is made for whoever is still logged in, and once for work within work', async () => {
    const done: string[] = []
    let isLoggedIn = true
    const find: RequestHandler = (request, _response, next) => {
      done.push('looked')
      if (!isLoggedIn) request.account = null
      next()
    }
    let waitMs = 0
    const turns: Pick<AnswerTurns, 'run'> = {
      run: async (owner, work) => {
        done.push(owner)
        clock.jump(waitMs)
        return work()
      },
    }
    const answer: RequestHandler = (_request, response) => {
      response.findAgain = [find]
      return response.inTurn(() => response.inTurn(() => void response.send('made')))
    }
    const url = await serve(answer, false, turns)
    const ask = async (ms: number) => {
      waitMs = ms
      const text = await (await fetch(url)).text()
      return [...done.splice(0), text]
    }
    expect(await ask(100)).toEqual(['ann', 'made'])
    expect(await ask(101)).toEqual(['ann', 'looked', 'made'])
    isLoggedIn = false
    expect(await ask(101)).toEqual(['ann', 'looked', expect.stringContaining('unauthenticated')])
  })

  it('of strangers is counted for no person', async () => {
    const url = await serve((_request, response) => {
      response.holdUnread(5 * mostBytes)
      response.json(heldBytes())
    }, true)
    expect(await (await fetch(url)).json()).toBe(0)
  })

  it('that is long is refused as a whole, and what has been counted of it is none', async () => {
    unread.openAnswer('ann', () => {}).set(mostBytes)
    const url = await serve((_request, response) => void response.send('x'.repeat(partLength + 1)))
    const refused = await fetch(url)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'rate_limited' }])
  })

  it('is looked at by one timer, every second, and by none once all are out', async () => {
    const responses: Response[] = []
    const url = await serve((_request, response) => void responses.push(response))
    const fetched = [fetch(url), fetch(`${url}/2`)]
    await until(() => responses.length === 2)
    expect(clock.waiting).toBe(1)
    await clock.advance(5000)
    expect(clock.waiting).toBe(1)
    for (const response of responses) response.end()
    await Promise.all(fetched)
    await until(() => responses.every(({ destroyed }) => destroyed))
    await clock.advance(1000)
    expect(clock.waiting).toBe(0)
  })

  /** One answer that is begun, whose connection takes as much as a test says. */
  async function beginSlow(begin: (response: Response) => unknown) {
    const responses: Response[] = []
    const url = await serve((_request, response) => {
      responses.push(response)
      begin(response)
    })
    const socket = await rawConnection(url)
    socket.write(getBytes('', '/'))
    await until(() => responses.length === 1)
    const [response] = responses
    if (!response) throw new Error('No request came')
    const connection = response.req.socket
    let taken = 0
    Object.defineProperty(connection, 'bytesWritten', { get: () => taken })
    Object.defineProperty(connection, 'writableLength', { get: () => 0 })
    Object.defineProperty(response, 'writableLength', { get: () => 1, configurable: true })
    return { response, connection, take: (bytes: number) => (taken += bytes) }
  }

  it('of which nothing is taken for ten seconds is cut, and one of which a byte is taken is not', async () => {
    const { connection, take } = await beginSlow(() => {})
    await clock.advance(9999)
    take(1)
    await clock.advance(10_000)
    expect(connection.destroyed).toBe(false)
    await clock.advance(1)
    expect(connection.destroyed).toBe(true)
  })

  it('of which nothing waits to be taken is not cut: it is being made', async () => {
    const { response, connection } = await beginSlow(() => {})
    Object.defineProperty(response, 'writableLength', { get: () => 0 })
    await clock.advance(120_000)
    expect(connection.destroyed).toBe(false)
  })

  it('that holds much is cut where less than a kilobyte a second is taken of it, though little of it waits to go out', async () => {
    const cutAfter = async (heldNow: number, bytesEach: number) => {
      const { connection, take } = await beginSlow(response => response.holdUnread(heldNow))
      let seconds = 0
      while (!connection.destroyed && seconds < 70) {
        take(bytesEach)
        await clock.advance(1000)
        seconds += 1
      }
      connection.destroy()
      return seconds
    }
    // The first look begins the half minute, in which 29 others are.
    expect(await cutAfter(65_537, 1034)).toBe(31)
    expect(await cutAfter(65_537, 1035)).toBe(70)
    expect(await cutAfter(65_536, 1)).toBe(70)
  })

  it('whose long text is not out after a minute is cut, by whatever is taken of it', async () => {
    const { connection, take } = await beginSlow(response => response.send('x'.repeat(16 * 1_048_576)))
    for (let seconds = 0; seconds < 59; seconds += 1) {
      take(100_000)
      await clock.advance(1000)
    }
    expect(connection.destroyed).toBe(false)
    take(100_000)
    await clock.advance(1000)
    expect(connection.destroyed).toBe(true)
  })

  it('ends what flows into it when it ends itself', async () => {
    const source = new Readable({ read() {} })
    const url = await serve((_request, response) => void source.pipe(response))
    const socket = await rawConnection(url)
    socket.write(getBytes('', '/'))
    await until(() => source.listenerCount('data') > 0)
    expect(source.destroyed).toBe(false)
    socket.destroy()
    await until(() => source.destroyed)
  })

  it('that is a stream of events is left to itself', async () => {
    const { connection } = await beginSlow(response => response.setHeader('Content-Type', 'text/event-stream'))
    await clock.advance(1000)
    expect(clock.waiting).toBe(0)
    await clock.advance(60_000)
    expect(connection.destroyed).toBe(false)
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn()
}

describe('a long answer', () => {
  const mebibyte = 1_048_576
  const text = 'é'.repeat(20 * mebibyte)
  let http: Server
  let clock: FakeClock
  let socket: Socket
  /** The server's end of the connection. */
  let connection: Socket
  let parts: Buffer[]
  beforeAll(async () => {
    clock = new FakeClock()
    const answers = new Answers(clock, new UnreadBytes({ each: 200 * mebibyte, all: 200 * mebibyte }), noTurns)
    const app = express().use(answers.watch, answers.hold)
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(503).json(error)
    app.get('/strangers', (_request, response) => void response.send(text))
    app.get('/short', (_request, response) => void response.send('short'))
    app.use((request, _response, next) => {
      request.account = newAccount({ id: 'ann', username: 'ann', email: 'ann', passwordHash: '', createdAt: 1 })
      next()
    })
    app.get('/', (_request, response) => void response.send(text))
    app.get('/stream', (_request, response) => void response.type('text/event-stream').write('x'.repeat(mebibyte * 20)))
    app.use(refuse)
    http = app.listen(0, 'localhost')
    await once(http, 'listening')
  })
  afterAll(() => http.close())

  async function begin(...paths: string[]) {
    const address = http.address()
    socket = await rawConnection(`http://localhost:${typeof address === 'object' ? address?.port : ''}`)
    parts = []
    socket.on('data', part => parts.push(part)).pause()
    socket.write(getBytes('', ...paths))
    const [request] = await once(http, 'request')
    connection = request.socket
    // What the system buffers is filled.
    await new Promise(resolve => setTimeout(resolve, 100))
  }

  /** Reads this many more bytes. */
  async function read(bytes: number) {
    const goal = socket.bytesRead + bytes
    socket.resume()
    while (socket.bytesRead < goal && !socket.closed) await nextTurn()
    socket.pause()
  }

  it.each([
    ['of which nothing is read', ['/']],
    ['that waits behind one of which nothing is read', ['/', '/']],
    ['that waits behind a stream that goes on', ['/stream', '/']],
  ])('%s is cut after ten seconds', async (_kind, paths) => {
    await begin(...paths)
    const closed = once(socket, 'close')
    await clock.advance(9000)
    await read(1)
    expect(socket.closed).toBe(false)
    await clock.advance(12_000)
    socket.resume()
    await closed
    expect(Buffer.concat(parts).length).toBeLessThan(40 * mebibyte)
  })

  it('that is read at less than a kilobyte a second is cut after half a minute', async () => {
    await begin('/')
    const closed = once(socket, 'close')
    // No system takes so little at a time as a reader may over a real line.
    let taken = connection.bytesWritten
    Object.defineProperty(connection, 'bytesWritten', { get: () => taken })
    for (let times = 0; times < 3; times += 1) {
      await clock.advance(9000)
      expect(socket.closed).toBe(false)
      taken += 9000
    }
    await clock.advance(9000)
    socket.resume()
    await closed
    expect(Buffer.concat(parts).length).toBeLessThan(40 * mebibyte)
  })

  it('that is not out after a minute is cut, however steadily it is read: it may tell what has vanished', async () => {
    await begin('/')
    const closed = once(socket, 'close')
    for (let times = 0; times < 7; times += 1) {
      expect(socket.closed).toBe(false)
      await clock.advance(8900)
      await read(3 * mebibyte)
    }
    socket.resume()
    await closed
    expect(Buffer.concat(parts).length).toBeLessThan(40 * mebibyte)
  })

  it('that strangers do not read leaves no room for another, but for short ones, until it is over', async () => {
    await begin('/strangers')
    const address = http.address()
    const base = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
    const refused = await fetch(`${base}/strangers`)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'server_busy', retryAfterMs: 10_000 }])
    expect((await fetch(`${base}/short`)).status).toBe(200)
    socket.destroy()
    const ask = async () => {
      const answer = await fetch(`${base}/strangers`)
      await answer.body?.cancel()
      return answer.status
    }
    await expect.poll(ask).toBe(200)
  })

  it('is measured once: that of many megabytes takes milliseconds', async () => {
    const calls = [vi.spyOn(Buffer, 'byteLength'), vi.spyOn(Buffer, 'from')].map(spy => spy.mock.calls)
    await begin('/')
    expect(calls.flat().filter(([measuredText]) => measuredText === text)).toHaveLength(1)
    vi.restoreAllMocks()
    socket.destroy()
  })

  it('that is read slowly and steadily comes whole, torn in no character', async () => {
    await begin('/')
    for (let times = 0; times < 4; times += 1) {
      await clock.advance(9000)
      await read(5 * mebibyte)
    }
    await read(20 * mebibyte + 1)
    const [head = '', body] = Buffer.concat(parts).toString().split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 41943040/i)
    expect(body === text).toBe(true)
    socket.destroy()
  })
})
