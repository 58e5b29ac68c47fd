// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { ChatError } from '#src/chat/errors.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import type { ClientSession, Identity } from '#src/live/client/subscriber.js'
import type { Transport } from '#src/live/client/transport.js'
import { Connections, type ConnectionsDeps } from '#src/live/connections.js'
import { Hub } from '#src/live/hub.js'
import { Sockets } from '#src/live/transport/sockets.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { UnreadBytes } from '#src/unread-bytes.js'
import { ApiClient } from '../support/api/api-client.js'
import { newPair } from '../support/crowd.js'
import { EventStream } from '../support/event-stream.js'
import { FakeClock } from '../support/fake-clock.js'
import { aliceId, bobId, HttpClient } from '../support/http-client.js'
import { NotedSubscriber } from '../support/live/events.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { LivePage } from '../support/live-page.js'
import { getBytes, rawConnection } from '../support/raw-request.js'
import { startTestServer } from '../support/test-server.js'

const identity: Identity = {
  ...{ userId: 'ann', sessionId: null, endsAt: Number.POSITIVE_INFINITY, zone: null, announced: [] },
  language: 'en',
  readEnd: async () => Number.POSITIVE_INFINITY,
}

describe('a stream of events that is reset', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>
  beforeAll(async () => {
    server = await startTestServer({ MAX_CONNECTIONS_PER_USER: '3' })
  })
  afterAll(() => server.stop())

  it('at any moment of its opening leaves nobody online, and takes the place of no other', {
    timeout: 60_000,
  }, async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ann, chat)
    const moments: ((socket: Awaited<ReturnType<typeof rawConnection>>) => Promise<unknown>)[] = [
      async () => {},
      () => nextTurn(),
      () => delay(1),
      () => delay(3),
      socket => once(socket, 'data'),
    ]
    const paths = [[`${chat}/events`], ['/chats/events'], [`${chat}/events`, `${chat}/events`]]
    for (const wait of moments) {
      for (let times = 0; times < 60; times += 1) {
        const socket = await rawConnection(server.url)
        socket.write(getBytes(ben.cookieHeader, ...(paths[times % paths.length] ?? [])))
        await wait(socket)
        socket.resetAndDestroy()
      }
    }
    // Only who closes their last connection goes, after ten seconds: the page is told that he came, and that he went.
    const hasGone = ({ operations }: { operations: readonly { target: string; html: string }[] }) =>
      operations.some(({ target, html }) => target === 'presence' && /Last seen|Offline/.test(html))
    await expect.poll(() => page.frames.some(hasGone), { timeout: 20_000 }).toBe(true)
    const streams = await Promise.all([1, 2, 3].map(() => EventStream.open(ben, `${chat}/events`)))
    await Promise.all(streams.map(stream => stream.event(({ data }) => data.includes('hx-partial'))))
    for (const stream of streams) stream.close()
  })
})

describe('a page on a stream of events', () => {
  it('has its room open as one on a socket has, for as long as it is there', async () => {
    const server = await startTestServer({ RATE_LIMIT_API: '1000' })
    try {
      const browser = new HttpClient(server.url)
      await browser.logIn('alice@example.com')
      const path = await browser.openChat(bobId)
      const roomId = path.split('/').at(-1) ?? ''
      const api = await ApiClient.connect(server.url, 'bob@example.com')
      const program = await ProgramSocket.open(server.url, { token: api.token, room: roomId })
      await program.hears('room:joined')
      const stream = await EventStream.open(browser, `${path}/events`)
      expect(await program.hears('user:joined', { userId: aliceId })).toMatchObject({ activeUsers: [bobId, aliceId] })
      stream.close()
      expect(await program.hears('user:left', { userId: aliceId })).toMatchObject({ activeUsers: [bobId] })
      program.close()
    } finally {
      await server.stop()
    }
  })
})

describe('a socket that cannot be opened by a fault of ours', () => {
  it('is ended and logged, and the process lives', async () => {
    const said: string[] = []
    const deny = () => {
      throw new Error('not asked for here')
    }
    const sockets = new Sockets({
      ...{
        clock: new FakeClock(),
        framesPerSecond: 50,
        framesPerSecondEach: 100,
        maxFrameBytes: 1000,
        writeTurns: new WriteTurns(),
        onRefused: () => {},
      },
      ...{
        renderGone: deny,
        countRequest: deny,
        openSession: deny,
        isOurOrigin: () => true,
        isMember: async () => true,
      },
      log: pino({ level: 'error' }, { write: line => void said.push(line) }),
      connections: { open: () => Promise.reject(new Error('a fault')) },
      identify: async () => identity,
    })
    const http = createHttp().on('upgrade', (...upgrade) => sockets.upgrade(...upgrade))
    onTestFinished(() => {
      sockets.stop()
      http.close()
    })
    await once(http.listen(0, 'localhost'), 'listening')
    const address = http.address()
    const socket = new WebSocket(`ws://localhost:${typeof address === 'object' ? address?.port : ''}/ws`)
    const [code] = await once(socket, 'close')
    expect(code).toBe(1006)
    expect(said.join()).toContain('a fault')
  })
})

describe('the owner of a connection', () => {
  /** A transport that a test closes; `log` records what happened to it, in order. */
  function open(
    isClosedAlready: boolean,
    admit: ConnectionsDeps['admit'] = async () => {},
    readEnd: Identity['readEnd'] = identity.readEnd,
    openingFails = false,
  ) {
    const clock = new FakeClock()
    const engine = new MemoryEngine({
      ...{
        clock,
        messageTtlMs: 1000,
        messageTtlMaxMs: 1000,
        roomGraceMs: 0,
        roomMaxMessages: 10,
        maxBytes: 1000,
        maxBytesPerPerson: 1000,
        keepLonger: false,
      },
      onSubscriberError: () => {},
    })
    const silent = pino({ level: 'silent' })
    const hub = new Hub(engine, clock, silent, 1)
    const log: string[] = []
    let tellClosed = () => {}
    const carrier: Transport = {
      ...{ isBusy: false, write: () => {}, catchUp: () => {}, taken: async () => {}, cutIfStalled: () => {} },
      close: code => log.push(`close ${code}`),
      cut: () => log.push('cut'),
      whenClosed: tell => {
        tellClosed = tell
        if (isClosedAlready) tell()
      },
      open: () => log.push('heard'),
    }
    const session: ClientSession = {
      ...{ id: 'id', userId: 'ann', sessionId: null, receive: () => {}, beat: () => {}, close: () => {} },
      end: () => log.push('voice ended'),
      handle: async () => true,
    }
    const unreadBytes = new UnreadBytes({ each: 1000, all: 1000 })
    const connections = new Connections({
      ...{ hub, unreadBytes, clock, log: silent, admit },
      onRefused: reason => log.push(`refused ${reason}`),
    })
    const opened = connections.open({
      ...{ identity: { ...identity, readEnd }, roomId: 'room' },
      openTransport: share => {
        share.set(600)
        return carrier
      },
      openSession: () => {
        if (openingFails) throw new Error('a fault')
        const start = async () => {
          hub.enterRoom('room', session)
          log.push('caught up')
        }
        return { session, start }
      },
    })
    return { log, hub, clock, unreadBytes, opened, close: () => tellClosed() }
  }

  it('opens it, catches it up, leaves its room, and ends all of it when it closes', async () => {
    const { log, hub, unreadBytes, opened, close } = open(false)
    await opened
    expect(log).toEqual(['heard', 'caught up'])
    expect([hub.connectionCount, hub.activeUsers('room'), unreadBytes.hasRoomFor('ann', 500)]).toEqual([
      1,
      ['ann'],
      false,
    ])
    close()
    expect(log).toEqual(['heard', 'caught up', 'voice ended'])
    expect([hub.connectionCount, hub.activeUsers('room'), unreadBytes.hasRoomFor('ann', 500)]).toEqual([0, [], true])
  })

  it('takes none that has closed before it is opened, nor one that closes while it waits to be admitted', async () => {
    const closed = open(true)
    await closed.opened
    expect([closed.log, closed.hub.connectionCount]).toEqual([['voice ended'], 0])
    let letIn = () => {}
    const waiting = open(false, () => new Promise<void>(resolve => (letIn = resolve)))
    waiting.close()
    letIn()
    await waiting.opened
    expect([waiting.log, waiting.hub.connectionCount]).toEqual([['voice ended'], 0])
  })

  it('closes one with 4401, unheard, whose session ended while it waited to be admitted', async () => {
    const ended = open(false, undefined, async () => null)
    await ended.opened
    expect([ended.log, ended.hub.connectionCount]).toEqual([['close 4401'], 0])
  })

  it('cuts one that cannot be opened by a fault of ours, and counts nothing for it', async () => {
    const faulty = open(false, undefined, undefined, true)
    await expect(faulty.opened).rejects.toThrow('a fault')
    expect([faulty.log, faulty.unreadBytes.hasRoomFor('ann', 1000)]).toEqual([['cut'], true])
    faulty.close()
    expect(faulty.clock.waiting).toBe(open(true).clock.waiting)
  })

  it('closes one that is not admitted with 1013, unheard, and a fault of ours with 1011', async () => {
    const refused = open(false, () => Promise.reject(new ChatError('rate_limited', 1000)))
    await refused.opened
    expect([refused.log, refused.hub.connectionCount]).toEqual([['refused rate_limited', 'close 1013'], 0])
    const faulty = open(false, () => Promise.reject(new Error('a fault')))
    await faulty.opened
    expect(faulty.log).toEqual(['close 1011'])
  })
})

describe('a connection that cannot go on', () => {
  /** A connection to a hub that holds one a person; `fail` lets a part of it fail, and `said` is what was logged. */
  async function open(fail: { start?: Error; remove?: Error; code?: ChatError } = {}, isHubFull = false) {
    const clock = new FakeClock()
    const said: string[] = []
    const log = pino({ level: 'error' }, { write: line => void said.push(line) })
    const engine = {
      subscribe: () => () => {},
      holdLease: () => (fail.code ? Promise.reject(fail.code) : Promise.resolve()),
      dropLease: () => (fail.remove ? Promise.reject(fail.remove) : Promise.resolve()),
    }
    const hub = new Hub(engine, clock, log, 1)
    if (isHubFull) await hub.add(new NotedSubscriber('ann', 'first'))
    const events: string[] = []
    let tellClosed = () => {}
    const transport: Transport = {
      ...{ isBusy: false, write: () => {}, catchUp: () => {}, taken: async () => {}, cutIfStalled: () => {} },
      close: code => events.push(`close ${code}`),
      cut: () => events.push('cut'),
      whenClosed: tell => {
        tellClosed = tell
      },
    }
    const unreadBytes = new UnreadBytes({ each: 1000, all: 1000 })
    const connections = new Connections({
      ...{ hub, unreadBytes, clock, log },
      onRefused: reason => events.push(`refused ${reason}`),
    })
    const ids: string[] = []
    let fill = (_bytes: number) => {}
    await connections.open({
      ...{ identity, roomId: null },
      openTransport: share => {
        fill = bytes => share.set(bytes)
        return transport
      },
      openSession: parts => {
        ids.push(parts.id)
        const session = Object.assign(new NotedSubscriber('ann', parts.id), { handle: async () => true })
        return { session, start: () => (fail.start ? Promise.reject(fail.start) : Promise.resolve()) }
      },
    })
    return {
      ...{ hub, clock, said, events, unreadBytes, ids },
      fill: (bytes: number) => fill(bytes),
      close: () => tellClosed(),
    }
  }

  it('is closed with 4429 when its person holds as many as they may', async () => {
    const { events, said, hub } = await open({}, true)
    expect([events, said, hub.connectionCount]).toEqual([['refused rate_limited', 'close 4429'], [], 1])
  })

  it('is closed with 1012 when the server takes none any more', async () => {
    const { events } = await open({ code: new ChatError('server_busy') })
    expect(events).toEqual(['refused server_busy', 'close 1012'])
  })

  it('is closed with 1011 and logged when it cannot be caught up', async () => {
    const { events, said } = await open({ start: new Error('no view') })
    expect(events).toEqual(['close 1011'])
    expect(said.join()).toMatch(/no view.*a connection could not be opened/)
  })

  it('is logged when it cannot be removed after it has closed', async () => {
    const { close, said, clock } = await open({ remove: new Error('no lease') })
    close()
    await clock.advance(0)
    expect(said.join()).toMatch(/no lease.*a closed connection could not be removed/)
  })

  it('is cut when its person leaves too much unread', async () => {
    const { fill, events, unreadBytes } = await open()
    unreadBytes.open('ann', () => {}).set(500)
    fill(500)
    expect(events).toEqual([])
    fill(501)
    expect(events).toEqual(['cut'])
  })

  it('has no timer left once it has closed', async () => {
    const { close, clock, hub } = await open()
    close()
    hub.stop()
    expect(clock.waiting).toBe(0)
  })

  it('has an id that no other has', async () => {
    const [first, second] = [await open(), await open()]
    expect([first.ids[0], second.ids[0]]).toEqual([
      expect.stringMatching(/^[\w-]{12}$/),
      expect.stringMatching(/^[\w-]{12}$/),
    ])
    expect(first.ids).not.toEqual(second.ids)
  })
})
