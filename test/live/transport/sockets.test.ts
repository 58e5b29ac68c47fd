// Long because every refusal of a handshake and every limit is tried on both sides of its boundary.
import { once } from 'node:events'
import { createServer, get, IncomingMessage, type Server } from 'node:http'
import { connect, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ChatError } from '#src/chat/errors.js'
import type { ClientSession, Identity } from '#src/live/client/subscriber.js'
import type { Transport } from '#src/live/client/transport.js'
import type { ClientParts, Opening } from '#src/live/transport/opening.js'
import { type Arrival, jsonProtocol, Sockets, type SocketsDeps } from '#src/live/transport/sockets.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { partLength } from '#src/text-parts.js'
import { FakeClock } from '../../support/fake-clock.js'

const identity: Identity = {
  ...{ userId: 'ann', sessionId: null, endsAt: Number.POSITIVE_INFINITY, zone: null, announced: [] },
  language: 'en',
  readEnd: async () => Number.POSITIVE_INFINITY,
}
const share = { set: () => {}, end: () => {} }

let clock: FakeClock
let server: Server
let sockets: Sockets
let refused: string[]
let logged: string[]
let openings: Opening[]
let transports: Transport[]
let clients: WebSocket[]
beforeEach(() => {
  clock = new FakeClock()
  refused = []
  logged = []
  openings = []
  transports = []
  clients = []
})
afterEach(() => {
  for (const client of clients) client.terminate()
  sockets.stop()
  server?.closeAllConnections()
  server?.close()
})

function createSockets(given: Partial<SocketsDeps> = {}): Sockets {
  sockets = new Sockets({
    ...{ clock, framesPerSecond: 50, framesPerSecondEach: 100, maxFrameBytes: 256 },
    log: pino({ level: 'debug' }, { write: line => void logged.push(line) }),
    writeTurns: new WriteTurns(),
    onRefused: (place, reason) => refused.push(`${place} ${reason}`),
    isOurOrigin: () => true,
    identify: async () => identity,
    countRequest: () => {},
    isMember: async () => true,
    renderGone: async () => '',
    connections: {
      open: async opening => {
        openings.push(opening)
        transports.push(opening.openTransport(share))
      },
    },
    openSession: () => {
      throw new Error('not asked for here')
    },
    ...given,
  })
  return sockets
}

/** A server with these sockets; the answer is its port. */
async function serve(given: Partial<SocketsDeps> = {}): Promise<number> {
  createSockets(given)
  server = createServer().on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return address.port
}

/** What becomes of a handshake: a status where it is refused, else the socket, with what it is told until it closes. */
function dial(port: number, path = '/ws', protocols: string[] = []) {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols)
  clients.push(client)
  client.on('error', () => {})
  const told: string[] = []
  client.on('message', data => told.push(String(data)))
  const end = new Promise<number>(resolve => {
    client.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
    })
    client.on('close', resolve)
  })
  const opened = new Promise<void>(resolve => client.on('open', resolve))
  return { client, told, end, opened }
}

const program = [jsonProtocol]

/** A session of which nothing is asked. */
const session: ClientSession = {
  ...{ id: 'id', userId: 'ann', sessionId: null, receive: () => {}, beat: () => {}, close: () => {}, end: () => {} },
  handle: async () => true,
}

describe('a handshake', () => {
  it('of a page that may is a connection of its person, of its room, with what its address asks', async () => {
    const members: string[][] = []
    const port = await serve({
      isMember: async (...asked) => {
        members.push(asked)
        return true
      },
    })
    const { client, opened } = dial(port, '/ws?room=r1&x=y')
    await opened
    expect([client.protocol, members, refused]).toEqual(['', [['r1', 'ann']], []])
    expect(openings).toMatchObject([{ identity, roomId: 'r1' }])
  })

  it('without a room is about the list of chats', async () => {
    const port = await serve({ isMember: () => Promise.reject(new Error('not asked for here')) })
    await dial(port).opened
    expect(openings).toMatchObject([{ roomId: null }])
  })

  it('of a program is known by its subprotocol, among others too', async () => {
    const asked: boolean[] = []
    const port = await serve({
      identify: async (_request, isProgram) => {
        asked.push(isProgram)
        return identity
      },
    })
    const { client, opened } = dial(port, '/ws', ['other', jsonProtocol])
    await opened
    const other = dial(port, '/ws', ['other'])
    await other.end
    expect([client.protocol, asked]).toEqual([jsonProtocol, [true, false]])
  })

  it('tells the session how it came', async () => {
    const arrivals: Arrival[] = []
    const parts: Pick<ClientParts, 'id'>[] = []
    const port = await serve({
      openSession: (given, arrival) => {
        parts.push(given)
        arrivals.push(arrival)
        return { session, start: async () => {} }
      },
    })
    await dial(port, '/ws?x=y', program).opened
    const [opening] = openings
    if (!opening) throw new Error('Nothing was opened')
    const given = { id: 'id', identity, roomId: null, connection: expect.anything() }
    expect(opening.openSession(given).session).toBe(session)
    expect(arrivals).toMatchObject([{ identity, roomId: null, isProgram: true }])
    expect([arrivals[0]?.query.get('x'), parts]).toEqual(['y', [given]])
  })

  it.each(['/', '/ws/', '/wss?room=r1', '//['])('to %s is answered with 404', async path => {
    const port = await serve()
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' }
    const [response] = await once(get({ port, host: '127.0.0.1', path, headers, agent: false }), 'response')
    expect([response.statusCode, response.headers, refused]).toEqual([
      404,
      { connection: 'close', 'content-length': '0' },
      [],
    ])
  })
})

it('a refused handshake leaves no connection half open, however long the other end leaves its half', async () => {
  const port = await serve()
  const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [[connection]] = await Promise.all([once(server, 'connection'), once(peer, 'connect')])
  const closed = once(connection, 'close')
  peer.write('GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  await closed
  peer.destroy()
})

/** Every refusal: what makes it, the status that programs get, the code that pages get, and the word that is counted. */
const refusals: [string, Partial<SocketsDeps>, number, number, string][] = [
  ['from elsewhere', { isOurOrigin: () => false }, 403, 4403, 'forbidden'],
  ['of nobody', { identify: async () => null }, 401, 4401, 'unauthenticated'],
  ['to a room that is not there', { isMember: async () => false }, 404, 4404, 'not_found'],
  [
    'to a room that is not there, one time too many',
    {
      isMember: async () => false,
      countRequest: () => {
        throw new ChatError('rate_limited', 1000)
      },
    },
    503,
    1013,
    'rate_limited',
  ],
]

describe.each(refusals)('a handshake %s', (_what, given, status, code, reason) => {
  it(`is refused to a program with ${status}, and counted`, async () => {
    const { end } = dial(await serve(given), '/ws?room=r1', program)
    expect([await end, refused, openings]).toEqual([status, [`handshake ${reason}`], []])
  })

  it(`is closed to a page with ${code}, and counted`, async () => {
    const { end } = dial(await serve(given), '/ws?room=r1')
    expect([await end, refused, openings]).toEqual([code, [`handshake ${reason}`], []])
  })
})

describe('a room that is not there', () => {
  it('is counted as a request of its person, and a page is told before it is closed', async () => {
    const counted: string[] = []
    const port = await serve({
      isMember: async () => false,
      countRequest: userId => void counted.push(userId),
      renderGone: async ({ userId }, query) => `gone: ${query.get('room')} of ${userId}`,
    })
    const { end, told } = dial(port, '/ws?room=r1')
    expect([await end, told, counted]).toEqual([4404, ['gone: r1 of ann'], ['ann']])
  })

  it('is nothing that a page is told of which nothing is to be said', async () => {
    const { end, told } = dial(await serve({ isMember: async () => false }), '/ws?room=r1')
    expect([await end, told]).toEqual([4404, []])
  })

  it('of which counting fails by a fault of ours is a fault of ours', async () => {
    const port = await serve({
      isMember: async () => false,
      countRequest: () => {
        throw new Error('a fault')
      },
    })
    const { end } = dial(port, '/ws?room=r1', program)
    await end
    expect([logged.join(), refused]).toEqual([expect.stringContaining('a fault'), []])
  })
})

describe('a page that is dismissed', () => {
  const nobody = { identify: async () => null }
  const handshake =
    'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
  const [text, ping, pong] = [
    [0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d],
    [0x89, 0x80, 0, 0, 0, 0],
    [0x8a, 0x80, 0, 0, 0, 0],
  ].map(bytes => Buffer.from(bytes))

  /** One that is told why, and never answers; the server's end of it and its own. */
  async function dismiss(port: number) {
    const peer = connect(port, '127.0.0.1').on('error', () => {})
    const [[connection]] = await Promise.all([once(server, 'connection'), once(peer, 'connect')])
    peer.write(handshake)
    let told = Buffer.alloc(0)
    while (told.indexOf(Buffer.from([0x88, 2])) < 0) told = Buffer.concat([told, (await once(peer, 'data'))[0]])
    peers.push(peer)
    return { peer, connection }
  }
  const peers: Socket[] = []
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.destroy()
  })

  it('and does not close is cut after two seconds', async () => {
    const { connection } = await dismiss(await serve(nobody))
    await clock.advance(1999)
    expect(connection.destroyed).toBe(false)
    await clock.advance(1)
    expect(connection.destroyed).toBe(true)
    // What is left is the timer of the pulse.
    while (clock.waiting > 0) await nextTurn()
  })

  it('leaves no timer when it closes in time', async () => {
    const { end } = dial(await serve(nobody))
    expect(await end).toBe(4401)
    while (clock.waiting > 0) await nextTurn()
  })

  it('is one of two hundred at most: the next gets a status, until one of them has gone', async () => {
    const port = await serve(nobody)
    for (let held = 0; held < 199; held += 1) await dismiss(port)
    expect(await dial(port).end).toBe(4401)
    while (clock.waiting > 200) await nextTurn()
    const last = await dismiss(port)
    expect(await dial(port).end).toBe(401)
    last.peer.destroy()
    while (clock.waiting > 200) await nextTurn()
    expect(await dial(port).end).toBe(4401)
  })

  it.each([
    ['texts', text],
    ['pings', ping],
    ['pongs', pong],
  ])('may have sent fifty %s before it knew, and is cut for one more', async (_what, frame = Buffer.alloc(0)) => {
    const { peer, connection } = await dismiss(await serve(nobody))
    peer.write(Buffer.concat(Array(50).fill(frame)))
    await until(() => connection.bytesRead === handshake.length + 50 * frame.length)
    await nextTurn()
    expect(connection.destroyed).toBe(false)
    peer.write(frame)
    await once(peer, 'close')
  })
})

describe('handshakes under way', () => {
  /** A handshake without a network, and what it is answered. */
  function begin() {
    const request = new IncomingMessage(new Socket())
    request.url = '/ws'
    const socket = new PassThrough()
    sockets.upgrade(request, socket, Buffer.alloc(0))
    return socket
  }

  it('are a thousand at most: the next gets 503, and is counted', async () => {
    createSockets({ identify: () => new Promise(() => {}) })
    const held = Array.from({ length: 1000 }, begin)
    expect(held.every(socket => socket.read() === null)).toBe(true)
    const next = begin()
    const closed = once(next, 'close')
    expect(String(next.read())).toBe(
      'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    )
    expect(refused).toEqual(['handshake too_many'])
    await closed
  })

  it('make room for others once they are over', async () => {
    let reject = (_error: Error) => {}
    createSockets({
      identify: () =>
        new Promise((_resolve, rejectOne) => {
          reject = rejectOne
        }),
    })
    const held = Array.from({ length: 1000 }, begin)
    expect(held).toHaveLength(1000)
    reject(new Error('a fault'))
    await nextTurn()
    expect(begin().read()).toBeNull()
    expect(refused).toEqual([])
    begin()
    expect(refused).toEqual(['handshake too_many'])
  })

  it('are ended after ten seconds', async () => {
    createSockets({ identify: () => new Promise(() => {}) })
    const socket = begin()
    await clock.advance(9999)
    expect(socket.destroyed).toBe(false)
    await clock.advance(1)
    expect(socket.destroyed).toBe(true)
  })

  it('are ended at once and logged by a fault of ours, and leave no timer', async () => {
    createSockets({ identify: () => Promise.reject(new Error('the store is away')) })
    const socket = begin()
    await nextTurn()
    expect([socket.destroyed, logged.length, clock.waiting]).toEqual([true, 1, 0])
    expect(logged[0]).toContain('the store is away')
  })
})

describe('an open socket', () => {
  it('whose frame is too long is closed with 1009, and one of the longest is not', async () => {
    const { client, end, opened } = dial(await serve())
    await opened
    client.send('x'.repeat(256))
    const [transport] = transports
    transport?.open?.(session, async () => true)
    client.ping()
    await once(client, 'pong')
    expect(client.readyState).toBe(WebSocket.OPEN)
    client.send('x'.repeat(257))
    expect(await end).toBe(1009)
  })

  /** What becomes of a frame in so many parts, of the 67 that one of 513 bytes may have: one for 256 each, and 64. */
  async function sendParts(parts: number) {
    const { client, end, opened } = dial(await serve({ maxFrameBytes: 513 }))
    await opened
    const bad: unknown[] = []
    transports[0]?.open?.(
      session,
      async () => true,
      frame => bad.push(frame),
    )
    for (let part = 1; part <= parts; part += 1) client.send('', { fin: part === parts })
    return Promise.race([end, until(() => bad.length === 1).then(() => 'read')])
  }

  it('reads a frame in as many parts as it may have, and is closed for one more', async () => {
    expect(await sendParts(67)).toBe('read')
    sockets.stop()
    server.closeAllConnections()
    transports.length = 0
    expect(await sendParts(68)).toBe(1008)
  })

  it('answers no ping but through its transport, which counts them', async () => {
    const port = await serve({ framesPerSecond: 1 })
    const { client, opened } = dial(port)
    const pongs: string[] = []
    client.on('pong', data => pongs.push(String(data)))
    await opened
    transports[0]?.open?.(session, async () => true)
    client.ping('one')
    await once(client, 'pong')
    client.ping('two')
    transports[0]?.write('after')
    await once(client, 'message')
    expect(pongs).toEqual(['one'])
  })

  it('is asked for signs of life until all are stopped', async () => {
    const { client, opened } = dial(await serve())
    await opened
    const pinged = once(client, 'ping')
    await clock.advance(15_000)
    await pinged
    sockets.stop()
    expect(clock.waiting).toBe(0)
  })

  it('is asked for none while it catches up', async () => {
    const { client, opened, told } = dial(await serve())
    await opened
    let pings = 0
    client.on('ping', () => {
      pings += 1
    })
    clock.jump(14_999)
    transports[0]?.catchUp('x'.repeat(partLength + 1))
    // The pulse comes before the first part can have been taken.
    await clock.advance(1)
    transports[0]?.write('after')
    await until(() => told.length === 2)
    expect(pings).toBe(0)
    const pinged = once(client, 'ping')
    await clock.advance(15_000)
    await pinged
  })

  it('shares what its person may say with their other sockets', async () => {
    const port = await serve({ framesPerSecondEach: 1 })
    const [first, second] = [dial(port), dial(port)]
    await Promise.all([first.opened, second.opened])
    const heard: string[] = []
    const listen = (transport: Transport | undefined, name: string) =>
      transport?.open?.({ ...session, handle: async () => heard.push(name) > 0 }, async () => true)
    listen(transports[0], 'first')
    listen(transports[1], 'second')
    first.client.send('{}')
    await until(() => heard.length === 1)
    second.client.send('{}')
    second.client.ping()
    // It waits for a second, as one frame a second is all that both may say.
    while (clock.waiting < 2) await nextTurn()
    await clock.advance(999)
    expect(heard).toEqual(['first'])
    await clock.advance(1)
    await until(() => heard.length === 2)
  })

  it('takes back what its person said that was not read when it closes', async () => {
    const port = await serve({ framesPerSecondEach: 1 })
    const heard: string[] = []
    const open = async (name: string) => {
      const { client, opened } = dial(port)
      await opened
      transports.at(-1)?.open?.({ ...session, handle: async () => heard.push(name) > 0 }, async () => true)
      return { client, transport: transports.at(-1) }
    }
    const [first, left, third] = [await open('first'), await open('left'), await open('third')]
    first.client.send('{}')
    await until(() => heard.length === 1)
    const timers = clock.waiting
    left.client.send('{}')
    await until(() => clock.waiting > timers)
    const gone = new Promise<void>(resolve => left.transport?.whenClosed(resolve))
    left.transport?.cut()
    await gone
    third.client.send('{}')
    await until(() => clock.waiting > timers + 1)
    await clock.advance(1000)
    await until(() => heard.length === 2)
    expect(heard).toEqual(['first', 'third'])
  })

  it('has what cannot be read counted, and told to its session', async () => {
    const bad: unknown[] = []
    const port = await serve({
      openSession: () => ({ session, start: async () => {}, onBadFrame: frame => bad.push(frame) }),
    })
    await dial(port).opened
    const { onBadFrame } = openings[0]?.openSession({
      ...{ id: 'id', identity, roomId: null },
      connection: expect.anything(),
    }) ?? { onBadFrame: undefined }
    onBadFrame?.({ n: 1 })
    expect([bad, refused]).toEqual([[{ n: 1 }], ['frame bad_request']])
  })

  it('that cannot be opened by a fault of ours is ended and logged', async () => {
    const port = await serve({ connections: { open: () => Promise.reject(new Error('a fault')) } })
    const { end } = dial(port)
    expect(await end).toBe(1006)
    expect(logged.join()).toContain('a fault')
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn()
}
