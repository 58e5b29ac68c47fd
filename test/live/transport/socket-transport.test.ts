// Long because each reason to read, to wait and to close is tried on both sides of its boundary.
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { closeCodes } from '#src/live/client/close-codes.js'
import type { ClientSession } from '#src/live/client/subscriber.js'
import { FrameMeter } from '#src/live/transport/frame-meter.js'
import { SocketTransport } from '#src/live/transport/socket-transport.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { partLength } from '#src/text-parts.js'
import { FakeClock } from '../../support/fake-clock.js'

let server: WebSocketServer
let clock: FakeClock
let logged: string[]
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false, perMessageDeflate: false })
  await once(server, 'listening')
})
beforeEach(() => {
  clock = new FakeClock()
  logged = []
})
afterEach(() => {
  for (const client of server.clients) client.terminate()
})
afterAll(() => new Promise(resolve => server.close(resolve)))

/** A transport on a real socket with what its other end is told. */
async function connect({ perSecond = 50, waitMs = 0 } = {}) {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  const peer = new WebSocket(`ws://127.0.0.1:${address.port}`)
  peer.on('error', () => {})
  const told: string[] = []
  const pongs: string[] = []
  peer.on('message', data => told.push(String(data)))
  peer.on('pong', data => pongs.push(String(data)))
  const closed: Promise<number> = once(peer, 'close').then(([code]) => code)
  const [[socket, request]] = await Promise.all([once(server, 'connection'), once(peer, 'open')])
  const taken: number[] = []
  const budget = { take: (bytes: number) => taken.push(bytes) && waitMs, end: () => {} }
  const log = pino({}, { write: line => void logged.push(line) })
  const held: number[] = []
  const share = { set: (bytes: number) => void held.push(bytes), end: () => {} }
  const deps = { clock, log, turns: new WriteTurns() }
  const transport = new SocketTransport(socket, request.socket, new FrameMeter(clock, perSecond, budget), deps, share)
  return { transport, socket, peer, told, pongs, closed, taken, held }
}

type Connected = Awaited<ReturnType<typeof connect>>
type Handle = (frame: Record<string, unknown>) => Promise<boolean>

/** A session that keeps what it is told. */
function listen(transport: SocketTransport, handle: Handle = async () => true, isStillAllowed = async () => true) {
  const heard: unknown[] = []
  const bad: unknown[] = []
  const session: ClientSession = {
    ...{ id: 'id', userId: 'ann', sessionId: null, receive: () => {}, beat: () => {}, close: () => {}, end: () => {} },
    handle: frame => {
      heard.push(frame)
      return handle(frame)
    },
  }
  transport.open(session, isStillAllowed, frame => bad.push(frame))
  return { heard, bad }
}

/** Waits until a condition holds, a turn of the event loop at a time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn()
}

/** Says so many numbered frames. */
function say(peer: WebSocket, from: number, to: number): void {
  for (let n = from; n <= to; n += 1) peer.send(JSON.stringify({ n }))
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index }))

describe('what is written', () => {
  it('comes as one message each, a catch-up in parts too', async () => {
    const { transport, told, held } = await connect()
    const long = 'ä'.repeat(2 * partLength + 1)
    transport.write('one')
    transport.catchUp(long)
    expect([transport.isBusy, transport.isCatchingUp]).toEqual([true, true])
    await transport.taken()
    expect([transport.isBusy, transport.isCatchingUp]).toEqual([false, false])
    transport.write('two')
    await until(() => told.length === 3)
    expect(told).toEqual(['one', long, 'two'])
    expect(Math.max(...held)).toBeGreaterThanOrEqual(2 * long.length)
  })

  it('is nothing once the socket closes', async () => {
    const { transport, told, closed, held } = await connect()
    transport.write('before')
    transport.close(closeCodes.restarting)
    const before = held.length
    transport.write('after')
    transport.catchUp('x'.repeat(partLength + 1))
    expect([await closed, told, transport.isBusy]).toEqual([1012, ['before'], false])
    expect(held.slice(before).every(bytes => bytes === 0)).toBe(true)
  })
})

describe('what comes in', () => {
  it('is read once somebody listens, in its order', async () => {
    const { transport, socket, peer } = await connect()
    say(peer, 1, 3)
    expect(socket.isPaused).toBe(true)
    const { heard } = listen(transport)
    expect(socket.isPaused).toBe(false)
    await until(() => heard.length === 3)
    expect(heard).toEqual(numbers(1, 3))
  })

  it('is handled one after the other, and nothing is read meanwhile', async () => {
    const { transport, socket, peer } = await connect()
    const ends: (() => void)[] = []
    const { heard } = listen(transport, () => new Promise(resolve => ends.push(() => resolve(true))))
    say(peer, 1, 2)
    await until(() => heard.length === 1)
    expect(socket.isPaused).toBe(true)
    ends[0]?.()
    await until(() => heard.length === 2)
    ends[1]?.()
    await until(() => !socket.isPaused)
    expect(heard).toEqual(numbers(1, 2))
  })

  it('counts for its person by its length in bytes', async () => {
    const { transport, peer, taken } = await connect()
    const { heard } = listen(transport)
    const text = JSON.stringify({ text: 'ä'.repeat(1000) })
    peer.send(text)
    await until(() => heard.length === 1)
    expect(taken).toEqual([Buffer.byteLength(text)])
  })

  it('waits as long as its person’s other connections make it wait', async () => {
    const { transport, socket, peer } = await connect({ waitMs: 500 })
    const { heard } = listen(transport)
    say(peer, 1, 1)
    await once(socket, 'message')
    await clock.advance(499)
    expect(heard).toEqual([])
    await clock.advance(1)
    await until(() => heard.length === 1)
  })

  it.each([
    ['closed', async ({ transport }: Connected) => transport.close(closeCodes.restarting)],
    [
      'gone',
      async ({ transport, socket }: Connected) => {
        transport.cut()
        await once(socket, 'close')
      },
    ],
  ])('is dropped where the socket is %s by the time it has waited', async (_what, end) => {
    const connected = await connect({ waitMs: 500 })
    let asked = 0
    const { heard } = listen(connected.transport, undefined, async () => {
      asked += 1
      return true
    })
    say(connected.peer, 1, 1)
    await once(connected.socket, 'message')
    await end(connected)
    await clock.advance(500)
    await connected.closed
    expect([heard, asked]).toEqual([[], 0])
  })

  it('is not handled where its session has ended', async () => {
    const { transport, peer } = await connect()
    const answers = [true, false, true]
    const { heard } = listen(transport, undefined, async () => answers.shift() ?? true)
    say(peer, 1, 3)
    await until(() => heard.length === 2)
    expect(heard).toEqual([{ n: 1 }, { n: 3 }])
  })

  it('closes with 1011 and tells the log where it cannot be handled by a fault of ours', async () => {
    const { transport, peer, closed } = await connect()
    listen(transport, () => Promise.reject(new Error('a fault')))
    say(peer, 1, 1)
    expect(await closed).toBe(1011)
    expect(logged.join()).toContain('a fault')
  })

  it('closes with 1003 where it is no text', async () => {
    const { transport, peer, closed } = await connect()
    const { heard } = listen(transport)
    peer.send(Buffer.from('{"n":1}'))
    expect([await closed, heard]).toEqual([1003, []])
  })

  it('is neither handled nor counted behind a frame for which the transport was closed', async () => {
    const { transport, socket, closed, taken } = await connect()
    const { heard } = listen(transport, async () => {
      transport.close(closeCodes.notLoggedIn)
      return true
    })
    for (let times = 0; times < 2; times += 1) socket.emit('message', Buffer.from('{}'), false)
    expect([await closed, heard.length, taken.length]).toEqual([4401, 1, 1])
  })

  it('is not handled once the transport is closed, whatever was on its way', async () => {
    const { transport, peer, closed } = await connect()
    const { heard } = listen(transport)
    say(peer, 1, 1)
    transport.close(closeCodes.notLoggedIn)
    expect([await closed, heard]).toEqual([4401, []])
  })
})

describe('a frame that cannot be read', () => {
  it('is told of as it came, and as null where it is no JSON object', async () => {
    const { transport, peer } = await connect()
    const { heard, bad } = listen(transport, async ({ n }) => n === 1)
    for (const text of ['{"n":1}', '{"n":2}', 'no JSON', '[]']) peer.send(text)
    await until(() => bad.length === 3)
    expect([heard, bad]).toEqual([
      [{ n: 1 }, { n: 2 }],
      [{ n: 2 }, null, null],
    ])
  })

  it('closes with 4429 when it is the twentieth', async () => {
    const { transport, peer, closed } = await connect()
    const { bad } = listen(transport)
    for (let times = 0; times < 19; times += 1) peer.send('no JSON')
    await until(() => bad.length === 19)
    expect(peer.readyState).toBe(WebSocket.OPEN)
    peer.send('no JSON')
    expect([await closed, bad.length]).toEqual([4429, 20])
  })

  it('needs nobody to be told', async () => {
    const { transport, peer, told } = await connect()
    transport.open(
      {
        ...{ id: 'id', userId: 'ann', sessionId: null, receive: () => {}, beat: () => {}, close: () => {} },
        end: () => {},
        handle: async () => {
          transport.write('heard')
          return true
        },
      },
      async () => true,
    )
    for (const text of ['no JSON', '{}']) peer.send(text)
    await until(() => told.length === 1)
    expect(logged).toEqual([])
  })
})

describe('how fast may be spoken', () => {
  it('ends in a pause, to the end of the second, behind the frame that was one too many', async () => {
    const { transport, socket, peer } = await connect({ perSecond: 2 })
    const { heard } = listen(transport)
    say(peer, 1, 2)
    await until(() => heard.length === 2 && !socket.isPaused)
    say(peer, 3, 4)
    await until(() => heard.length === 3)
    await clock.advance(999)
    expect([heard.length, socket.isPaused]).toEqual([3, true])
    await clock.advance(1)
    await until(() => heard.length === 4 && !socket.isPaused)
  })

  it('closes with 4429 where it is too fast for six seconds, and the last frame is not handled', async () => {
    const { transport, peer, closed } = await connect({ perSecond: 1 })
    const { heard } = listen(transport)
    for (let second = 1; second <= 5; second += 1) {
      say(peer, 2 * second - 1, 2 * second)
      await until(() => heard.length === 2 * second)
      await clock.advance(1000)
    }
    say(peer, 11, 12)
    expect([await closed, heard]).toEqual([4429, numbers(1, 11)])
  })

  it('counts frames that say nothing too: pings, pongs and what comes behind a close', async () => {
    const { transport, socket, peer, pongs } = await connect({ perSecond: 2 })
    listen(transport)
    peer.ping('1')
    peer.pong()
    await once(socket, 'pong')
    expect(socket.isPaused).toBe(false)
    peer.ping('2')
    await once(socket, 'ping')
    expect(socket.isPaused).toBe(true)
    await clock.advance(1000)
    expect(socket.isPaused).toBe(false)
    peer.ping('3')
    await once(peer, 'pong')
    expect(pongs).toEqual(['1', '3'])
  })

  it('closes with 4429 for frames that say nothing, too', async () => {
    const { transport, socket, peer, closed } = await connect({ perSecond: 1 })
    listen(transport)
    let pings = 0
    socket.on('ping', () => {
      pings += 1
    })
    for (let second = 1; second <= 6; second += 1) {
      peer.ping()
      peer.ping()
      await until(() => pings === 2 * second)
      await clock.advance(1000)
    }
    expect(await closed).toBe(4429)
  })

  it('pauses once, however many frames that say nothing come in one packet', async () => {
    const { transport, socket } = await connect({ perSecond: 1 })
    listen(transport)
    for (let times = 0; times < 10; times += 1) socket.emit('pong', Buffer.alloc(0))
    // The pulse of the session aside, the one timer is that of the pause.
    expect(clock.waiting).toBe(1)
    await clock.advance(1000)
    expect(socket.isPaused).toBe(false)
    for (let times = 0; times < 2; times += 1) socket.emit('pong', Buffer.alloc(0))
    expect(socket.isPaused).toBe(true)
  })

  it('is metered while the socket closes too, of which nothing is handled then', async () => {
    const { transport, socket, peer, taken } = await connect({ perSecond: 2 })
    const { heard } = listen(transport)
    peer.pause()
    transport.close(closeCodes.notLoggedIn)
    const say = () => socket.emit('message', Buffer.from('{}'), false)
    say()
    expect(socket.isPaused).toBe(false)
    for (let times = 0; times < 2; times += 1) say()
    expect(socket.isPaused).toBe(true)
    await nextTurn()
    expect([heard, taken]).toEqual([[], []])
  })

  it('goes on only when every reason to wait is over', async () => {
    const { transport, socket } = await connect({ perSecond: 1 })
    listen(transport)
    for (let times = 0; times < 2; times += 1) socket.emit('pong', Buffer.alloc(0))
    transport.catchUp('x'.repeat(partLength + 1))
    await transport.taken()
    expect(socket.isPaused).toBe(true)
    await clock.advance(1000)
    expect(socket.isPaused).toBe(false)
  })
})

describe('a ping', () => {
  it('is answered with what it says', async () => {
    const { transport, peer } = await connect()
    listen(transport)
    peer.ping('here?')
    expect(String((await once(peer, 'pong'))[0])).toBe('here?')
  })

  it('is not answered to who is behind with reading', async () => {
    const { transport, socket, peer, pongs } = await connect()
    listen(transport)
    transport.catchUp('x'.repeat(partLength + 1))
    socket.emit('ping', Buffer.from('while busy'))
    await transport.taken()
    socket.emit('ping', Buffer.from('after'))
    await once(peer, 'pong')
    expect(pongs).toEqual(['after'])
  })
})

describe('while a catch-up waits to be taken', () => {
  it('nothing is read for whoever awaits it', async () => {
    const { transport, socket } = await connect()
    listen(transport)
    transport.catchUp('x'.repeat(partLength + 1))
    expect(socket.isPaused).toBe(false)
    const taken = transport.taken()
    expect(socket.isPaused).toBe(true)
    await taken
    expect(socket.isPaused).toBe(false)
  })

  it('and none does, reading goes on', async () => {
    const { transport, socket } = await connect()
    listen(transport)
    transport.write('x')
    const taken = transport.taken()
    expect(socket.isPaused).toBe(false)
    await taken
  })
})

describe('the end of a socket', () => {
  it('is said by its code, the first alone', async () => {
    const { transport, closed } = await connect()
    transport.close(closeCodes.notLoggedIn)
    transport.close(closeCodes.restarting)
    expect(clock.waiting).toBe(1)
    expect(await closed).toBe(4401)
    await until(() => clock.waiting === 0)
  })

  it('is forced after two seconds where the other end does not answer', async () => {
    const { transport, socket, peer } = await connect()
    listen(transport)
    peer.pause()
    transport.close(closeCodes.notLoggedIn)
    const gone = once(socket, 'close')
    await clock.advance(1999)
    expect(socket.readyState).toBe(WebSocket.CLOSING)
    await clock.advance(1)
    await gone
  })

  it('is heard though nobody listened yet: the other end may answer it', async () => {
    const { transport, socket, closed } = await connect()
    transport.close(closeCodes.notLoggedIn)
    expect(socket.isPaused).toBe(false)
    expect(await closed).toBe(4401)
  })

  it('by a cut says nothing', async () => {
    const { transport, closed } = await connect()
    transport.cut()
    expect(await closed).toBe(1006)
  })

  it('is told when it comes, and at once where it has come', async () => {
    const { transport, socket } = await connect()
    const told: string[] = []
    transport.whenClosed(() => told.push('when it comes'))
    expect(told).toEqual([])
    transport.cut()
    await once(socket, 'close')
    transport.whenClosed(() => told.push('at once'))
    expect(told).toEqual(['when it comes', 'at once'])
  })

  it('leaves no timer of what was too much to be taken', async () => {
    const { transport, socket, peer } = await connect()
    peer.pause()
    while (clock.waiting === 0) {
      transport.write('x'.repeat(262_144))
      await nextTurn()
    }
    transport.cut()
    await once(socket, 'close')
    expect(clock.waiting).toBe(0)
  })

  it('ends what waits for a catch-up', async () => {
    const { transport, peer } = await connect()
    peer.pause()
    transport.catchUp('x'.repeat(33_554_432))
    const taken = transport.taken()
    transport.cut()
    await taken
    expect([transport.isCatchingUp, clock.waiting]).toEqual([false, 0])
  })

  it('comes at once for a reader that has taken nothing for more than a second, when something expires', async () => {
    const { transport, socket, peer, closed } = await connect()
    peer.pause()
    while (socket.bufferedAmount === 0) {
      transport.write('x'.repeat(262_144))
      await nextTurn()
    }
    await clock.advance(1001)
    transport.cutIfStalled()
    await once(socket, 'close')
    peer.resume()
    expect(await closed).toBe(1006)
  })
})
